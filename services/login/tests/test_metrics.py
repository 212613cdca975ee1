"""What Login measures, under the names that it has in Prometheus."""

from pathlib import Path

import httpx

from login.app import build_host_builder
from loopjobs import SystemClock
from servicekit.database import Database
from servicekit.http_server import HttpServer
from servicekit.testing import TokenMint
from servicekit.testing.exposition import OPENMETRICS, Exposition
from servicekit.testing.fixtures import on_sqlite

from .access import trust
from .fleet import Fleet
from .speakers import registered

CLOCK = SystemClock()
MINT = TokenMint(CLOCK)
LATER = {"InitialDelayInSeconds": 36_000}

NAMES = {
    "login_keep_alive_received": ("counter", ""),
    "login_keep_alive_newest_age_seconds": ("gauge", "seconds"),
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


@on_sqlite
async def test_what_jobs_do_and_pcs_say_is_measured(
    empty_database_url: str, tmp_path: Path
) -> None:
    """Two PCs register, one speaks, the other is swept; no label names a PC."""
    settings = {
        "Database": {"Url": empty_database_url},
        "Http": {"Port": 0},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "PcDeleteJob": LATER,
        "PcKeepAliveJob": LATER,
    }
    builder = build_host_builder(settings_files=[], settings=settings)
    async with builder.add_provider(trust(MINT, CLOCK)).build() as host:
        server = await host.container.get(HttpServer)
        headers = MINT.headers("client:labs", "pcs:write", "metrics:read")
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            await registered(client, mac="02:00:00:00:00:01")
            pc = await registered(client, mac="02:00:00:00:00:02")
            fleet = Fleet(await host.container.get(Database), CLOCK)
            await fleet.execute("UPDATE pcs SET last_keep_alive_at = NULL")
            await client.put(f"/v1/pcs/{pc.mac}/keep-alive", headers=pc.headers)
            for job in host.jobs.values():
                await job.trigger()
            answer = await client.get("/metrics", headers={"Accept": OPENMETRICS})
    exposition = Exposition(answer.content)
    own = {name: kind for name, kind in exposition.families.items() if name.startswith("login_")}
    assert own == NAMES
    assert exposition.value("login_keep_alive_received_total") == 1
    assert exposition.value("login_pc_online") == 1
    assert exposition.value("login_pc_marked_offline_total") == 1
    assert exposition.value("login_tokens_deleted_total", kind="refresh") == 0
    assert exposition.value("target_info", service_name="login") == 1
    assert "02:00" not in answer.text
