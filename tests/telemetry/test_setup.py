"""One line that makes a host measured, and what it can be told."""

import ast
import asyncio
import threading
from pathlib import Path

import pytest
from dishka import FromDishka
from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import SpanContext, TracerProvider, get_current_span

import loopjobs.telemetry
from loopjobs import CancellationToken, HostBuilder, SettingsError, StartedBy
from loopjobs.telemetry import PrometheusMetrics, Telemetry, TelemetryOptions, add_telemetry
from loopjobs.testing import FakeClock
from servicekit.testing.exposition import OPENMETRICS, Exposition

from .conftest import EveryTenSeconds


async def idle(ct: CancellationToken) -> None:
    """Do nothing."""


def _builder(clock: FakeClock, **section: object) -> HostBuilder:
    settings = {"Telemetry": section}
    return add_telemetry(HostBuilder(settings_files=(), settings=settings, clock=clock))


async def test_two_hosts_in_a_process_do_not_mix(clock: FakeClock) -> None:
    """Nothing is global: neither providers nor a registry."""
    tracers, meters = trace.get_tracer_provider(), metrics.get_meter_provider()
    one = _builder(clock).add_loop_job(idle, EveryTenSeconds, name="one").build()
    two = _builder(clock).add_loop_job(idle, EveryTenSeconds, name="two").build()
    async with one, two:
        await clock.advance(5)
        seen = [await Exposition.of(host) for host in (one, two)]
    names = [exposition.labels["periodic_job_interval_seconds"] for exposition in seen]
    assert names == [{"job_name"}, {"job_name"}]
    assert [each.value("periodic_job_interval_seconds") for each in seen] == [10, 10]
    assert trace.get_tracer_provider() is tracers
    assert metrics.get_meter_provider() is meters


async def test_what_runs_before_it_is_there_is_not_lost_in_the_ledger(clock: FakeClock) -> None:
    """It was added last, against its advice; slots are counted all the same."""
    builder = HostBuilder(settings_files=(), clock=clock).add_loop_job(idle, EveryTenSeconds)
    async with add_telemetry(builder).build() as host:
        await clock.advance(5)
        exposition = await Exposition.of(host)
    assert exposition.value("periodic_job_runs_total", outcome="succeeded", trigger="schedule") == 1


async def test_the_format_is_negotiated(clock: FakeClock) -> None:
    """The text format by default, OpenMetrics for who asks."""
    async with _builder(clock).add_loop_job(idle, EveryTenSeconds).build() as host:
        exposed = await host.container.get(PrometheusMetrics)
        plain, modern = exposed.expose(), exposed.expose(OPENMETRICS)
    assert plain[0].startswith("text/plain")
    assert modern[0].startswith("application/openmetrics-text")
    assert modern[1].endswith(b"# EOF\n")


async def test_the_service_has_its_name(clock: FakeClock) -> None:
    """Out of the settings, or out of options of one's own."""

    class ShopTelemetryOptions(TelemetryOptions):
        service_name: str = "shop"

    builder = HostBuilder(settings_files=(), clock=clock)
    add_telemetry(builder, ShopTelemetryOptions).add_loop_job(idle, EveryTenSeconds)
    async with builder.build() as host:
        exposition = await Exposition.of(host)
    assert exposition.value("target_info", service_name="shop") == 1


async def test_prometheus_can_be_switched_off(clock: FakeClock) -> None:
    """Then there is nothing to scrape."""
    builder = _builder(clock, Prometheus=False).add_loop_job(idle, EveryTenSeconds)
    async with builder.build() as host:
        await clock.advance(5)
        exposed = await host.container.get(PrometheusMetrics)
        assert not exposed.is_on
        assert exposed.expose()[1] == b""


async def test_meters_and_tracers_are_injected(clock: FakeClock) -> None:
    """What a service measures of itself is exposed with the rest."""
    async with _builder(clock).build() as host:
        meters = await host.container.get(MeterProvider)
        tracers = await host.container.get(TracerProvider)
        telemetry = await host.container.get(Telemetry)
        meters.get_meter("shop").create_counter("shop.orders").add(3)
        exposition = await Exposition.of(host)
    assert tracers is telemetry.tracers
    assert exposition.value("shop_orders_total") == 3


async def test_runs_have_trace_ids_where_spans_go_nowhere(clock: FakeClock) -> None:
    """Log lines can carry them; nothing is recorded, and no thread is started."""
    seen: list[SpanContext] = []

    async def body(ct: CancellationToken) -> None:
        seen.append(get_current_span().get_span_context())

    threads = threading.active_count()
    async with _builder(clock).add_loop_job(body, EveryTenSeconds).build():
        await clock.advance(5)
        assert threading.active_count() == threads
    assert [(each.is_valid, each.trace_flags.sampled) for each in seen] == [(True, False)]


async def test_all_parts_of_a_run_see_the_same_trace_where_spans_go_nowhere(
    clock: FakeClock,
) -> None:
    """Tasks, threads, and what a library opens below it; the next run has another."""
    seen: list[int] = []

    def note() -> None:
        seen.append(get_current_span().get_span_context().trace_id)

    async def body(ct: CancellationToken, tracers: FromDishka[TracerProvider]) -> None:
        await asyncio.gather(asyncio.to_thread(note), asyncio.to_thread(note))
        with tracers.get_tracer("library").start_as_current_span("step"):
            note()

    class OnlyByHand(EveryTenSeconds):
        started_by: StartedBy = StartedBy.TRIGGER

    async with _builder(clock).add_loop_job(body, OnlyByHand).build() as host:
        for _ in range(2):
            await host.jobs["body"].trigger()
    first, second = seen[0], seen[3]
    assert seen == [first] * 3 + [second] * 3
    assert len({0, first, second}) == 3


async def test_what_was_stopped_exposes_nothing(clock: FakeClock) -> None:
    """And is asked in vain, not in error."""
    host = _builder(clock).add_loop_job(idle, EveryTenSeconds).build()
    async with host:
        exposed = await host.container.get(PrometheusMetrics)
    assert exposed.expose()[1] == b""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("OtlpEndpoint", "collector:4318"),
        ("OtlpEndpoint", "http://collector/?key=1"),
        ("TraceSampleRatio", 1.5),
        ("OtlpTimeoutInSeconds", 0),
        ("ServiceName", ""),
    ],
)
def test_mistakes_are_told(clock: FakeClock, key: str, value: object) -> None:
    """Before anything starts, by key."""
    with pytest.raises(SettingsError) as refused:
        _builder(clock, **{key: value}).build()
    assert [problem.where for problem in refused.value.problems] == [f"Telemetry:{key}"]


def test_headers_are_secrets(clock: FakeClock) -> None:
    """They are masked wherever options are shown."""
    host = _builder(clock, OtlpHeaders={"Authorization": "Bearer hunter2"}).build()
    (shown,) = [each for each in host.settings["Telemetry"] if "Headers" in each.key]
    assert (shown.is_secret, shown.value) == (True, "***")


def test_spans_and_instruments_stand_on_the_api_alone() -> None:
    """Whoever brings an SDK of their own brings no second one."""
    directory = Path(loopjobs.telemetry.__file__).parent
    imported = {
        name
        for file in (
            "_spans",
            "_instruments",
            "_readings",
            "_named",
            "_reported",
            "_names",
            "_distributions",
            "_families",
            "_observing",
            "_status_values",
            "_breaks",
        )
        for node in ast.walk(ast.parse((directory / f"{file}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (name := node.module or "")
    }
    foreign = {name for name in imported if name.startswith(("opentelemetry", "prometheus"))}
    assert foreign == {
        *("opentelemetry.context", "opentelemetry.metrics", "opentelemetry.trace"),
        "opentelemetry.util.types",
    }
