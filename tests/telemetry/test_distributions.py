"""Durations and lateness, which are counted in line where only Prometheus reads them."""

import asyncio
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import CollectorRegistry, generate_latest

from loopjobs import CancellationToken, HostBuilder
from loopjobs.telemetry import JobInstruments, PrometheusMetrics, add_telemetry
from loopjobs.testing import FakeClock

from .conftest import EveryTenSeconds

FAMILIES = ("periodic_job_run_duration_seconds", "periodic_job_run_lateness_seconds")
SECONDS = st.floats(0, 4_000) | st.sampled_from([0.005, 0.01, 1.0, 3_600.0])


@given(st.lists(st.tuples(SECONDS, SECONDS, st.booleans()), max_size=6))
def test_they_are_exposed_as_opentelemetry_exposes_them(
    runs: list[tuple[float, float, bool]],
) -> None:
    """To the letter, however late a run is and however long it takes, and whether it fails."""
    ours, theirs = asyncio.run(_exposed(runs))
    assert ours == theirs
    assert len(ours) > 2 * len(FAMILIES)


async def _exposed(runs: list[tuple[float, float, bool]]) -> tuple[list[str], list[str]]:
    """Run a job, measured twice, and return what both have exposed."""
    clock = FakeClock()
    next_runs: list[tuple[float, bool]] = []

    async def body(ct: CancellationToken) -> None:
        took, fails = next_runs.pop() if next_runs else (0.0, False)
        clock.stall(took)
        if fails:
            raise ValueError

    builder = add_telemetry(HostBuilder(settings_files=(), clock=clock))
    registry = CollectorRegistry()
    reader = PrometheusMetricReader(scope_info_enabled=False, registry=registry)
    instruments = JobInstruments(MeterProvider([reader], shutdown_on_exit=False))
    builder.add_listener(instruments.hear).add_loop_job(body, EveryTenSeconds, name="job")
    async with builder.build() as host:
        await clock.advance(5)
        for late, took, fails in runs:
            next_runs.append((took, fails))
            clock.stall(late)
            await clock.advance(10)
        metrics = await host.container.get(PrometheusMetrics)
        return sorted(_lines(metrics.expose()[1])), sorted(_lines(generate_latest(registry)))


def _lines(exposition: bytes) -> Iterator[str]:
    for line in exposition.decode().splitlines():
        if any(family in line for family in FAMILIES):
            yield line
