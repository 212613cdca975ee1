"""The page that Prometheus reads: jobs are written past OpenTelemetry, and look the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.util.types import AnyValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import choose_encoder

from loopjobs import (
    CancellationToken,
    HostBuilder,
    JobBody,
    JobStatus,
    Ledger,
    LoopJobOptions,
    RunRecord,
    current_run,
)
from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.telemetry import JobInstruments, PrometheusMetrics, add_telemetry
from loopjobs.testing import FakeClock
from servicekit.testing.exposition import OPENMETRICS

from ..ticks.counting import (  # noqa: TID252 - tests are no package that could be named
    calls_of,
    count_made,
)
from .conftest import EveryTenSeconds

FORMATS = (
    "",
    "text/plain; version=1.0.0; escaping=dots",
    OPENMETRICS,
    f"{OPENMETRICS}; escaping=allow-utf-8",
    f"{OPENMETRICS}; escaping=values",
)
FAMILIES = 18
JOBS = 200
SECONDS = st.floats(0, 4_000) | st.sampled_from([0.005, 0.01, 1.0, 3_600.0])
NUMBERS = st.integers(-3, 2_000_000) | st.floats() | st.sampled_from([999, 1_000, -0.0])
COUNTERS = st.sampled_from(["rows", '"50 %"\\', "\n{}\x85", "Zähler"])


@dataclass(frozen=True)
class Run:
    """What a run is like."""

    late: float
    takes: float
    fails: bool
    reports: Mapping[str, float]


RUNS = st.builds(Run, SECONDS, SECONDS, st.booleans(), st.dictionaries(COUNTERS, NUMBERS))


@given(st.lists(RUNS, max_size=6), st.sampled_from(FORMATS))
def test_jobs_are_exposed_as_opentelemetry_exposes_them(runs: list[Run], accept: str) -> None:
    """To the letter, whatever becomes of runs, in whatever format."""
    ours, theirs = asyncio.run(_exposed(runs, accept))
    assert ours == theirs
    assert sum(line.startswith("# TYPE ") for line in ours) >= FAMILIES - 5


async def _exposed(runs: list[Run], accept: str) -> tuple[list[str], list[str]]:
    """Run a job, measured twice, and return what both have exposed."""
    clock = FakeClock()
    next_runs: list[Run] = []
    body = _doing(next_runs, clock)
    settings = {"never": {"Cron": "0 0 * * *", "Enabled": False}}
    builder = add_telemetry(HostBuilder(settings_files=(), settings=settings, clock=clock))
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    registry = CollectorRegistry()
    reader = PrometheusMetricReader(
        disable_target_info=True, scope_info_enabled=False, registry=registry
    )
    instruments = JobInstruments(MeterProvider([reader], shutdown_on_exit=False))
    builder.add_listener(instruments.hear).add_loop_job(body, EveryTenSeconds, name="job")
    builder.add_loop_job(body, LoopJobOptions, name="never")
    async with builder.build() as host:
        instruments.observe(host)
        await clock.advance(5)
        for run in runs:
            next_runs.append(run)
            clock.stall(run.late)
            await clock.advance(10)
        page = await host.container.get(PrometheusMetrics)
        encode, _ = choose_encoder(accept)
        ours, theirs = page.expose(accept)[1], encode(registry)
    return sorted(_without_target(ours)), sorted(_without_target(theirs))


def _doing(runs: list[Run], clock: FakeClock) -> JobBody:
    async def body(ct: CancellationToken) -> None:
        if not runs:
            return
        run = runs.pop()
        current_run().report(**run.reports)
        clock.stall(run.takes)
        if run.fails:
            raise ValueError

    return body


def _without_target(exposition: bytes) -> Iterator[str]:
    for line in exposition.decode().split("\n"):
        if "target" not in line:
            yield line


def test_the_target_is_exposed_as_opentelemetry_exposes_it() -> None:
    """With all that is known of the service; and even where no instrument answers."""
    known: dict[str, AnyValue] = {
        "service.name": 'shop "5"',
        "2nd.name": "a",
        "host..cores": [1, 2],
        "is.test": True,
    }
    resource = Resource(known)
    ours, registry = PrometheusMetrics(), CollectorRegistry()
    ours.describe(resource.attributes)
    theirs = MeterProvider([PrometheusMetricReader(registry=registry)], resource)
    theirs.get_meter("shop").create_counter("shop.orders").add(1)
    lines = [line for line in generate_latest(registry).split(b"\n") if b"target" in line]
    assert ours.expose()[1].split(b"\n") == [*lines, b""]
    assert len(lines) == 3


async def test_a_reader_of_ones_own_finds_what_prometheus_does_not_get_by_opentelemetry(
    clock: FakeClock,
) -> None:
    """Whether or not there was a scrape."""
    builder = add_telemetry(HostBuilder(settings_files=(), clock=clock))
    async with builder.add_loop_job(idle, EveryTenSeconds).build() as host:
        meters = await host.container.get(metrics.MeterProvider)
        prometheus = await host.container.get(PrometheusMetrics)
        assert isinstance(meters, MeterProvider)
        reader = InMemoryMetricReader()
        meters.add_metric_reader(reader)
        await clock.advance(5)
        before = _names(reader)
        prometheus.expose()
        after = _names(reader)
    assert before == after
    assert {"periodic.job.runs", "periodic.job.last_start.timestamp"} <= before


def _names(reader: InMemoryMetricReader) -> set[str]:
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


async def test_a_scrape_asks_each_job_once(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And makes of a job that is well one record, two ledgers, and nothing of OpenTelemetry's."""
    async with measured(clock) as exposed:
        kinds = (JobStatus, Ledger, RunRecord, metrics.Observation)
        made = count_made(monkeypatch, *kinds)
        exposed.expose()
    assert made == {"JobStatus": JOBS, "Ledger": 2 * JOBS, "RunRecord": JOBS}


async def test_a_line_costs_a_few_calls(clock: FakeClock) -> None:
    """Less than four, of whatever function; by way of OpenTelemetry it is a hundred."""
    async with measured(clock) as exposed:
        lines = exposed.expose()[1].count(b"\n")
        calls = await calls_of(scrape(exposed))
    assert lines > 60 * JOBS
    assert calls.total() < 4 * lines


async def test_the_event_loop_has_its_turns_while_jobs_are_written(clock: FakeClock) -> None:
    """Once for each hundred statuses, and for each hundred jobs in each of sixteen metrics."""
    async with measured(clock) as exposed:
        calls = await calls_of(scrape(exposed))
    assert calls["sleep"] == (1 + 16) * (JOBS // 100)


@asynccontextmanager
async def measured(clock: FakeClock) -> AsyncIterator[PrometheusMetrics]:
    """Run many jobs a few times."""
    builder = add_telemetry(HostBuilder(settings_files=(), clock=clock))
    for number in range(JOBS):
        builder.add_loop_job(idle, EveryTenSeconds, name=f"job{number}")
    async with builder.build() as host:
        await clock.advance(25)
        yield await host.container.get(PrometheusMetrics)


async def scrape(exposed: PrometheusMetrics) -> None:
    exposed.expose()


async def idle(ct: CancellationToken) -> None:
    """Do nothing."""
