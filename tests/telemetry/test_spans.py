"""A span for each run."""

import asyncio

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import (
    NoOpTracerProvider,
    SpanContext,
    SpanKind,
    StatusCode,
    get_current_span,
)

from loopjobs import CancellationToken, HostBuilder, Outcome, current_run
from loopjobs.telemetry import RunSpans
from loopjobs.testing import FakeClock

from .conftest import EveryTenSeconds, Traced, Tracing


def _nanoseconds(span: ReadableSpan) -> int:
    return (span.end_time or 0) - (span.start_time or 0)


async def test_a_run_is_a_span(traced: Traced, tracing: Tracing, clock: FakeClock) -> None:
    """Its name is of few kinds; slot, trigger and what was reported are attributes."""

    async def body(ct: CancellationToken) -> None:
        current_run().report(deleted=3)
        await clock.sleep(1.5)

    async with traced(body).build() as host:
        await clock.advance(5)
        (record,) = host.jobs["job"].history()
    span = tracing.spans[0]
    assert (span.name, span.kind, span.parent) == ("run job", SpanKind.INTERNAL, None)
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes == {
        "loopjobs.job.name": "job",
        "loopjobs.run.trigger": "schedule",
        "loopjobs.run.id": record.run_id,
        "loopjobs.run.attempt": 1,
        "loopjobs.run.slot": 0,
        "loopjobs.run.due_at": record.due_at.isoformat(),
        "loopjobs.run.lateness": 0.0,
        "loopjobs.run.outcome": "succeeded",
        "loopjobs.run.reported.deleted": 3,
    }


async def test_a_span_is_as_long_as_its_run(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """By the monotonic clock: a step of the wall clock in the middle does not stretch it."""

    async def body(ct: CancellationToken) -> None:
        await clock.sleep(2)

    async with traced(body).build():
        await clock.advance(1)
        clock.step_wall_clock(3_600)
        await clock.advance(5)
    assert _nanoseconds(tracing.spans[0]) == 2_000_000_000


async def test_every_run_is_a_trace_of_its_own(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """Even where the host was started inside of a span."""
    tracer = tracing.tracers.get_tracer("test")

    async def body(ct: CancellationToken) -> None:
        """Do nothing."""

    with tracer.start_as_current_span("start"):
        async with traced(body).build():
            await clock.advance(25)
    runs = [span for span in tracing.spans if span.name == "run job"]
    assert [span.parent for span in runs] == [None, None, None]
    assert len({span.context.trace_id for span in tracing.spans}) == 4


async def test_what_a_body_opens_belongs_to_its_run(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """In tasks and overlapping runs, too."""
    tracer = tracing.tracers.get_tracer("test")

    async def step() -> None:
        with tracer.start_as_current_span("step"):
            await clock.sleep(15)

    async def body(ct: CancellationToken) -> None:
        await asyncio.gather(step(), step())

    async with traced(body, SkipIfRunning=False).build():
        await clock.advance(40)
    runs = {span.context.span_id for span in tracing.spans if span.name == "run job"}
    parents = [span.parent for span in tracing.spans if span.name == "step"]
    ended = [parent for parent in parents if parent is not None and parent.span_id in runs]
    assert len(parents) == len(ended) == 2 * len(runs)


async def test_a_body_in_a_thread_sees_its_span(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """Log lines of it can name the trace."""
    seen: list[SpanContext] = []

    class Body:
        def execute(self, ct: CancellationToken) -> None:
            seen.append(get_current_span().get_span_context())

    async with traced(Body, InitialDelayInSeconds=60).build() as host:
        await host.jobs["job"].trigger()
    assert seen == [tracing.spans[0].context]


async def test_a_failure_is_an_error_with_its_exception(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """Type, message and stack as the record keeps them."""

    async def body(ct: CancellationToken) -> None:
        raise ConnectionError("no answer: try later")

    async with traced(body).build() as host:
        await clock.advance(1)
        (record,) = host.jobs["job"].history()
    (span,) = tracing.spans
    (event,) = span.events
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "ConnectionError: no answer: try later"
    assert (span.attributes or {})["error.type"] == "ConnectionError"
    assert (event.name, event.timestamp) == ("exception", span.end_time)
    assert event.attributes == {
        "exception.type": "ConnectionError",
        "exception.message": "no answer: try later",
        "exception.stacktrace": record.traceback,
    }


async def test_a_run_over_its_time_is_an_error(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """It ends at its limit, whenever its body does."""

    async def body(ct: CancellationToken) -> None:
        await clock.sleep(60)

    async with traced(body, TimeoutInSeconds=5).build():
        await clock.advance(8)
    span = tracing.spans[0]
    assert _nanoseconds(span) == 5_000_000_000
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["loopjobs.run.outcome"] == Outcome.TIMED_OUT
    assert (span.attributes or {})["error.type"] == "TimeoutError"


async def test_a_run_that_the_stop_ends_is_no_error(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """It has an end all the same."""

    async def body(ct: CancellationToken) -> None:
        await ct.sleep(60)
        ct.raise_if_cancellation_requested()

    async with traced(body).build():
        await clock.advance(1)
    (span,) = tracing.spans
    assert (span.attributes or {})["loopjobs.run.outcome"] == Outcome.CANCELLED
    assert span.status.status_code is StatusCode.UNSET


async def test_a_run_by_hand_is_linked_to_who_asked(traced: Traced, tracing: Tracing) -> None:
    """It is no child: the request may be long over when the run ends."""

    async def body(ct: CancellationToken) -> None:
        """Do nothing."""

    tracer = tracing.tracers.get_tracer("test")
    async with traced(body, InitialDelayInSeconds=60).build() as host:
        with tracer.start_as_current_span("POST /trigger") as request:
            await host.jobs["job"].trigger()
        await host.jobs["job"].trigger()
    asked, _, unasked = tracing.spans
    assert asked.parent is None
    assert [link.context for link in asked.links] == [request.get_span_context()]
    assert (asked.attributes or {})["loopjobs.run.trigger"] == "hand"
    assert unasked.links == ()


async def test_a_refused_run_by_hand_is_no_span(
    traced: Traced, tracing: Tracing, clock: FakeClock
) -> None:
    """Nothing ran."""

    async def body(ct: CancellationToken) -> None:
        await clock.sleep(5)

    async with traced(body).build() as host:
        await clock.advance(1)
        refused = await host.jobs["job"].trigger()
        await clock.advance(5)
    assert refused.outcome is Outcome.SKIPPED_RUNNING
    assert len(tracing.spans) == 1


async def test_a_run_that_is_not_sampled_keeps_its_trace(clock: FakeClock) -> None:
    """Log lines of its body still share one id, and nothing is kept of it."""
    seen: list[SpanContext] = []

    async def body(ct: CancellationToken) -> None:
        seen.append(get_current_span().get_span_context())

    spans = RunSpans(TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False))
    builder = HostBuilder(settings_files=(), clock=clock)
    builder.add_run_context(spans.enter).add_listener(spans.hear)
    async with builder.add_loop_job(body, EveryTenSeconds).build():
        await clock.advance(15)
    assert [context.is_valid for context in seen] == [True, True]
    assert len({context.trace_id for context in seen}) == 2
    assert not any(context.trace_flags.sampled for context in seen)


async def test_without_a_tracer_runs_run(clock: FakeClock) -> None:
    """The API alone traces nothing and hurts nobody."""
    spans = RunSpans(NoOpTracerProvider())
    seen: list[SpanContext] = []

    async def body(ct: CancellationToken) -> None:
        seen.append(get_current_span().get_span_context())

    builder = HostBuilder(settings_files=(), clock=clock)
    builder.add_run_context(spans.enter).add_listener(spans.hear)
    async with builder.add_loop_job(body, EveryTenSeconds).build() as host:
        await clock.advance(5)
        assert host.jobs["body"].status().ledger.succeeded == 1
    assert [context.is_valid for context in seen] == [False]
