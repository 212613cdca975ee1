"""The service as a whole, from start to stop."""

import logging

import httpx
import pytest

from login.app import build_host_builder
from loopjobs import Outcome, SettingsError, SystemClock
from servicekit.database import Database
from servicekit.http_server import HttpServer

from .fleet import Fleet


def settings(database_url: str, **more: object) -> dict[str, object]:
    return {"Database": {"Url": database_url}, "Http": {"Port": 0}, **more}


async def test_a_pc_that_falls_silent_is_shown_offline(empty_database_url: str) -> None:
    """From an empty database: register, fall silent, be swept, be shown offline."""
    job = {"InitialDelayInSeconds": 36_000}
    host = build_host_builder(
        settings_files=[], settings=settings(empty_database_url, PcKeepAliveJob=job)
    ).build()
    async with host:
        server = await host.container.get(HttpServer)
        async with httpx.AsyncClient(base_url=server.url) as client:
            pc = {"mac": "00:1b:21:00:00:01", "hostname": "lab-01"}
            location = (await client.post("/v1/pcs", json=pc)).headers["location"]
            fleet = Fleet(await host.container.get(Database), SystemClock())
            await fleet.execute("UPDATE pcs SET last_keep_alive_at = NULL")
            run = await host.jobs["PcKeepAliveJob"].trigger()
            shown = (await client.get(location)).json()
    assert (run.outcome, run.reported) == (
        Outcome.SUCCEEDED,
        {"marked": 1, "skipped_race": 0, "failed": 0, "held": 0},
    )
    assert (shown["status"], shown["status_reason"]) == ("offline", "sweep")


async def test_the_service_starts_again_on_what_it_left(empty_database_url: str) -> None:
    """A restart keeps the PCs."""
    pc = {"mac": "00:1b:21:00:00:01", "hostname": "lab-01"}
    answers = []
    for _ in range(2):
        host = build_host_builder(settings_files=[], settings=settings(empty_database_url)).build()
        async with host:
            server = await host.container.get(HttpServer)
            async with httpx.AsyncClient(base_url=server.url) as client:
                answers.append((await client.post("/v1/pcs", json=pc)).status_code)
    assert answers == [201, 200]


def test_mistakes_of_all_sections_are_told_at_once() -> None:
    """Whoever starts it with wrong settings mends them in one go."""
    wrong = {
        "Database": {"Url": "nonsense"},
        "Http": {"Port": 70_000},
        "KeepAlive": {"IntervalInSeconds": 0},
        "PcKeepAliveJob": {"ChangeStateTimeInMinutes": -1},
    }
    with pytest.raises(SettingsError) as refused:
        build_host_builder(settings_files=[], settings=wrong).build()
    assert {problem.where for problem in refused.value.problems} == {
        "Database:Url",
        "Http:Port",
        "KeepAlive:IntervalInSeconds",
        "PcKeepAliveJob:ChangeStateTimeInMinutes",
    }


async def test_no_secret_and_no_whole_mac_address_is_logged(
    empty_database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Our own loggers show neither at any level."""
    caplog.set_level(logging.DEBUG, "login")
    caplog.set_level(logging.DEBUG, "servicekit")
    host = build_host_builder(settings_files=[], settings=settings(empty_database_url)).build()
    async with host:
        server = await host.container.get(HttpServer)
        async with httpx.AsyncClient(base_url=server.url) as client:
            await client.post("/v1/pcs", json={"mac": "001b21abcdef", "hostname": "x"})
    assert "abcdef" not in caplog.text.replace(":", "")
