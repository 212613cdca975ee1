"""What Login measures, under the names that it has in Prometheus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from login.app import build_host_builder
from loopjobs import Host, SystemClock
from servicekit.database import Database
from servicekit.http_server import HttpServer
from servicekit.testing import TokenMint
from servicekit.testing.exposition import OPENMETRICS, Exposition
from servicekit.testing.fixtures import on_any_database

from .access import trust
from .accounts.people import People, refresh, signed_in
from .fleet import Fleet
from .speakers import registered

pytestmark = on_any_database

CLOCK = SystemClock()
MINT = TokenMint(CLOCK)
REUSED = "login_refresh_reuse_detected_total"
LATER = {"InitialDelayInSeconds": 36_000}

NAMES = {
    "login_keep_alive_received": ("counter", ""),
    "login_keep_alive_newest_age_seconds": ("gauge", "seconds"),
    "login_refresh_reuse_detected": ("counter", ""),
    "login_pc_restored": ("counter", ""),
    "login_pc_transitions": ("counter", ""),
    "login_pc_online": ("gauge", ""),
    "login_pc_stale": ("gauge", ""),
    "login_pc_marked_offline": ("counter", ""),
    "login_pc_sweep_skipped_race": ("counter", ""),
    "login_pc_sweep_failures": ("counter", ""),
    "login_pc_sweep_held": ("counter", ""),
    "login_pc_retired": ("counter", ""),
    "login_pc_purged": ("counter", ""),
    "login_pc_delete_backlog": ("gauge", ""),
    "login_pc_delete_held": ("counter", ""),
    "login_pc_delete_failures": ("counter", ""),
    "login_tokens_deleted": ("counter", ""),
    "login_token_cleanup_backlog": ("gauge", ""),
    "login_token_cleanup_failures": ("counter", ""),
}
"""Beside the age of the oldest token that can go, which there is if there is one."""


@asynccontextmanager
async def login(database_url: str, keys: Path) -> AsyncIterator[tuple[Host, httpx.AsyncClient]]:
    """Login at work, its jobs for later, and a client that may do what is done here."""
    settings = {
        "Database": {"Url": database_url},
        "Http": {"Port": 0},
        "Tokens": {"KeysDirectory": str(keys), "ReuseGraceInSeconds": 0},
        "PcDeleteJob": LATER,
        "PcKeepAliveJob": LATER,
    }
    builder = build_host_builder(settings_files=[], settings=settings)
    async with builder.add_provider(trust(MINT, CLOCK)).build() as host:
        server = await host.container.get(HttpServer)
        headers = MINT.headers("client:labs", "pcs:write", "metrics:read")
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            yield host, client


async def exposed(client: httpx.AsyncClient) -> Exposition:
    """Return what is measured at this moment."""
    answer = await client.get("/metrics", headers={"Accept": OPENMETRICS})
    assert "02:00" not in answer.text, "a label names a PC"
    return Exposition(answer.content)


async def test_what_jobs_do_and_pcs_say_is_measured(
    empty_database_url: str, tmp_path: Path
) -> None:
    """Two PCs register, one speaks, the other is swept; no label names a PC."""
    async with login(empty_database_url, tmp_path / "keys") as (host, client):
        await registered(client, mac="02:00:00:00:00:01")
        pc = await registered(client, mac="02:00:00:00:00:02")
        fleet = Fleet(await host.container.get(Database), CLOCK)
        await fleet.execute("UPDATE pcs SET last_keep_alive_at = NULL")
        await client.put(f"/v1/pcs/{pc.mac}/keep-alive", headers=pc.headers)
        for job in host.jobs.values():
            await job.trigger()
        exposition = await exposed(client)
    own = {name: kind for name, kind in exposition.families.items() if name.startswith("login_")}
    assert own == NAMES
    assert exposition.value("login_keep_alive_received_total") == 1
    assert exposition.value("login_pc_online") == 1
    assert exposition.value("login_pc_marked_offline_total") == 1
    assert exposition.value("login_pc_transitions_total", to="offline") == 1
    assert exposition.value("login_pc_transitions_total", to="online") == 0
    assert exposition.value("login_pc_restored_total") == 0
    assert exposition.value("login_tokens_deleted_total", kind="refresh") == 0
    assert exposition.value("target_info", service_name="login") == 1


async def test_a_refresh_token_that_comes_again_is_counted_once(
    empty_database_url: str, tmp_path: Path
) -> None:
    """Its session has ended by then: what comes later is just a token that is not valid."""
    async with login(empty_database_url, tmp_path / "keys") as (host, client):
        await People(await host.container.get(Database), CLOCK).add()
        before = (await exposed(client)).value(REUSED)
        token = (await signed_in(client))["refresh_token"]
        answers = [(await refresh(client, token)).status_code for _ in range(3)]
        after = (await exposed(client)).value(REUSED)
    assert answers == [200, 401, 401]
    assert (before, after) == (0, 1)
