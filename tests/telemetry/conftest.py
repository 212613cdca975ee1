from collections.abc import Callable
from typing import TypeAlias

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from loopjobs import HostBuilder, JobBody, LoopJob, LoopJobOptions
from loopjobs.telemetry import RunSpans
from loopjobs.testing import FakeClock

Traced: TypeAlias = Callable[..., HostBuilder]


class EveryTenSeconds(LoopJobOptions):
    interval_in_seconds: float = 10


class Tracing:
    """Spans that have ended, oldest first."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())


@pytest.fixture
def tracing() -> Tracing:
    return Tracing()


@pytest.fixture
def traced(clock: FakeClock, tracing: Tracing) -> Traced:
    """Give a builder with one job whose runs are traced."""

    def build(body: JobBody | type[LoopJob], **settings: object) -> HostBuilder:
        builder = HostBuilder(settings_files=(), settings={"job": settings}, clock=clock)
        spans = RunSpans(tracing.tracers)
        builder.add_run_context(spans.enter).add_listener(spans.hear)
        return builder.add_loop_job(body, EveryTenSeconds, name="job")

    return build
