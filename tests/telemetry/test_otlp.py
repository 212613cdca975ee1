"""Spans and metrics over the wire."""

import logging
import socket

import pytest

from loopjobs import CancellationToken, HostBuilder, SystemClock
from loopjobs.telemetry import add_telemetry

from .collector import collecting
from .conftest import EveryTenSeconds

CLOCK = SystemClock()


async def idle(ct: CancellationToken) -> None:
    """Do nothing."""


def _builder(endpoint: str, **section: object) -> HostBuilder:
    settings = {
        "Telemetry": {"OtlpEndpoint": endpoint, "ServiceName": "shop", **section},
        "idle": {"InitialDelayInSeconds": 3_600},
    }
    builder = add_telemetry(HostBuilder(settings_files=(), settings=settings))
    return builder.add_loop_job(idle, EveryTenSeconds)


@pytest.mark.smoke
async def test_all_is_sent_by_the_time_the_host_has_stopped() -> None:
    """The last run, too, long before the interval; with the headers of the settings."""
    headers = {"Authorization": "Bearer key-of-the-collector"}
    with collecting() as collector:
        async with _builder(f"{collector.url}/", OtlpHeaders=headers).build() as host:
            await host.jobs["idle"].trigger()
    assert collector.spans == ["run idle"]
    assert {"periodic.job.runs", "periodic.job.run.duration"} <= collector.metrics
    assert collector.services == {"shop"}
    assert collector.authorizations == {"Bearer key-of-the-collector"}


@pytest.mark.smoke
async def test_runs_that_are_not_sampled_are_not_sent() -> None:
    """Metrics count them all the same."""
    with collecting() as collector:
        async with _builder(collector.url, TraceSampleRatio=0).build() as host:
            await host.jobs["idle"].trigger()
    assert collector.spans == []
    assert "periodic.job.runs" in collector.metrics


@pytest.mark.smoke
async def test_an_endpoint_that_is_away_hurts_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Runs succeed, the stop ends in time, and the log has a line for each exporter at most."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    caplog.set_level(logging.DEBUG, "opentelemetry")
    builder = _builder(f"http://127.0.0.1:{port}", OtlpTimeoutInSeconds=0.3)
    async with builder.build() as host:
        for _ in range(3):
            await host.jobs["idle"].trigger()
        ledger = host.jobs["idle"].status().by_hand
        began = CLOCK.monotonic()
    assert ledger.succeeded == 3
    assert CLOCK.monotonic() - began < 10
    lines = [record for record in caplog.records if record.name.startswith("opentelemetry")]
    assert len(lines) == len({record.name for record in lines})


@pytest.mark.smoke
async def test_an_endpoint_that_says_nothing_does_not_keep_the_host_from_stopping() -> None:
    """It is given up: what takes a connection and no more is worse than nobody."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        async with _builder(url, OtlpTimeoutInSeconds=0.2).build() as host:
            await host.jobs["idle"].trigger()
            began = CLOCK.monotonic()
    assert CLOCK.monotonic() - began < 10
