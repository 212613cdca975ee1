"""The service as a whole, from start to stop."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest

from login.app import build_host_builder
from loopjobs import Outcome, SettingsError, SystemClock
from loopjobs.health import Watchdog
from servicekit.database import Database
from servicekit.http_server import HttpOptions, HttpServer
from servicekit.testing import TokenMint
from servicekit.testing.fixtures import on_any_database, on_every_database

from .access import trust
from .fleet import Fleet

pytestmark = on_any_database

Settings: TypeAlias = Callable[..., dict[str, object]]

CLOCK = SystemClock()
MINT = TokenMint(CLOCK)


@pytest.fixture
def headers() -> dict[str, str]:
    """What whoever looks after the PCs presents; good for ten minutes, so it is made for a test."""
    return MINT.headers("client:labs", "pcs:write")


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    known = {
        "Database": {"Url": empty_database_url},
        "Http": {"Port": 0},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
    }
    return lambda **more: {**known, **more}


@on_every_database
async def test_a_pc_that_falls_silent_is_shown_offline(
    settings: Settings, headers: dict[str, str]
) -> None:
    """From an empty database: register, fall silent, be swept, be shown offline."""
    job = {"InitialDelayInSeconds": 36_000}
    builder = build_host_builder(settings_files=[], settings=settings(PcKeepAliveJob=job))
    host = builder.add_provider(trust(MINT, CLOCK)).build()
    async with host:
        server = await host.container.get(HttpServer)
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            pc = {"mac": "00:1b:21:00:00:01", "hostname": "lab-01"}
            location = (await client.post("/v1/pcs", json=pc)).headers["location"]
            fleet = Fleet(await host.container.get(Database), CLOCK)
            await fleet.execute("UPDATE pcs SET last_keep_alive_at = NULL")
            run = await host.jobs["PcKeepAliveJob"].trigger()
            shown = (await client.get(location)).json()
    assert (run.outcome, run.reported) == (
        Outcome.SUCCEEDED,
        {"online": 0, "stale": 1, "marked": 1, "skipped_race": 0, "failed": 0, "held": 0},
    )
    assert (shown["status"], shown["status_reason"]) == ("offline", "sweep")


async def test_a_service_that_has_started_is_ready(settings: Settings) -> None:
    """Over its own socket, watched by its watchdog."""
    host = build_host_builder(settings_files=[], settings=settings()).build()
    async with host:
        server = await host.container.get(HttpServer)
        async with httpx.AsyncClient(base_url=server.url) as client:
            ready, live = await client.get("/health/ready"), await client.head("/health/live")
        assert any(isinstance(each, Watchdog) for each in host.services)
    assert (ready.status_code, live.status_code, live.content) == (200, 200, b"")


@pytest.mark.smoke
async def test_an_open_page_does_not_hold_up_the_stop(settings: Settings) -> None:
    """Whoever watches the jobs is let go long before requests would be cut off."""
    builder = build_host_builder(settings_files=[], settings=settings())
    host = builder.add_provider(trust(MINT, CLOCK)).build()
    viewer = MINT.headers("user:7", "jobs:view")
    async with host:
        server = await host.container.get(HttpServer)
        timeout = (await host.container.get(HttpOptions)).shutdown_timeout_in_seconds
        async with (
            httpx.AsyncClient(base_url=server.url, headers=viewer) as client,
            client.stream("GET", "/jobs/events") as events,
        ):
            lines = events.aiter_lines()
            assert "event: jobs" in [await anext(lines) for _ in range(3)]
            stopping_since = CLOCK.monotonic()
            await host.stop()
            took = CLOCK.monotonic() - stopping_since
            # Told that it is over, not cut off.
            assert [line async for line in lines][-1] == ""
    assert took < timeout / 2


@on_every_database
async def test_the_service_starts_again_on_what_it_left(
    settings: Settings, headers: dict[str, str]
) -> None:
    """A restart keeps the PCs."""
    pc = {"mac": "00:1b:21:00:00:01", "hostname": "lab-01"}
    answers = []
    for _ in range(2):
        builder = build_host_builder(settings_files=[], settings=settings())
        host = builder.add_provider(trust(MINT, CLOCK)).build()
        async with host:
            server = await host.container.get(HttpServer)
            async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
                answers.append((await client.post("/v1/pcs", json=pc)).status_code)
    assert answers == [201, 200]


def test_mistakes_of_all_sections_are_told_at_once() -> None:
    """Whoever starts it with wrong settings mends them in one go."""
    wrong = {
        "Database": {"Url": "nonsense"},
        "Http": {"Port": 70_000},
        "KeepAlive": {"IntervalInSeconds": 0},
        "PcKeepAliveJob": {"ChangeStateTimeInMinutes": -1},
        "Tokens": {"ReuseGraceInSeconds": 61, "SessionLifetimeInDays": 13},
        "Passwords": {"MemoryInKibibytes": 1_024},
        "Clients": {"admin-provisioning": {"Secret": "hunter2", "Scopes": ["pcs:own"]}},
        "RateLimits": {"SignInsPerMinuteAndUser": 0},
    }
    with pytest.raises(SettingsError) as refused:
        build_host_builder(settings_files=[], settings=wrong).build()
    assert {problem.where for problem in refused.value.problems} == {
        "Database:Url",
        "Http:Port",
        "KeepAlive:IntervalInSeconds",
        "PcKeepAliveJob:ChangeStateTimeInMinutes",
        "Tokens:ReuseGraceInSeconds",
        "Tokens:SessionLifetimeInDays",
        "Passwords:MemoryInKibibytes",
        "Clients:admin-provisioning:Secret",
        "Clients:admin-provisioning:Scopes:0",
        "RateLimits:SignInsPerMinuteAndUser",
    }
    assert "hunter2" not in str(refused.value)


async def test_no_secret_and_no_whole_mac_address_is_logged(
    settings: Settings, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Our own loggers show neither at any level."""
    caplog.set_level(logging.DEBUG, "login")
    caplog.set_level(logging.DEBUG, "servicekit")
    builder = build_host_builder(settings_files=[], settings=settings())
    host = builder.add_provider(trust(MINT, CLOCK)).build()
    async with host:
        server = await host.container.get(HttpServer)
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            pc = {"mac": "001b21abcdef", "hostname": "x"}
            credential = (await client.post("/v1/pcs", json=pc)).json()["credential"]
            own = {"Authorization": f"Bearer {credential}"}
            heard = await client.put("/v1/pcs/001b21abcdef/keep-alive", headers=own)
    assert heard.status_code == 200
    assert "abcdef" not in caplog.text.replace(":", "")
    assert credential not in caplog.text
