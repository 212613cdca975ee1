"""A span for each run: the root of a trace of its own, and current inside the body."""

import threading
from contextvars import Context as VariableContext
from datetime import UTC, datetime, timedelta
from typing import Final

from opentelemetry.context import Context, attach
from opentelemetry.trace import (
    Link,
    NoOpTracer,
    Span,
    SpanKind,
    Status,
    StatusCode,
    TracerProvider,
    get_current_span,
    get_tracer,
    set_span_in_context,
)
from opentelemetry.util.types import AttributeValue

from loopjobs import CurrentRun, Event, Outcome, RunEnded, RunRecord
from loopjobs.telemetry import _names as names

MOST_OPEN: Final = 20_000
"""Runs whose end is awaited; with more the oldest is forgotten."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NO_PARENT: Final = Context()
_ERRORS: Final = frozenset({Outcome.FAILED, Outcome.TIMED_OUT, Outcome.ABANDONED})


class RunSpans:
    """Begins a span when a run begins, and ends it when the run has ended.

    Give `enter` to `HostBuilder.add_run_context` and `hear` to `HostBuilder.add_listener`. Spans
    that a body opens, and log lines it writes, belong to the trace of its run. A run by hand is
    linked to the span that called `trigger()`, and is no child of it.

    Args:
        tracers: Where spans come from; the global provider by default.
    """

    def __init__(self, tracers: TracerProvider | None = None) -> None:
        self._tracer = get_tracer(names.SCOPE, tracer_provider=tracers)
        self._is_off = isinstance(self._tracer, NoOpTracer)
        self._lock = threading.Lock()
        self._open: dict[str, Span] = {}

    def enter(self, run: CurrentRun, /) -> None:
        """Begin the span of a run, and make it the current one of the present context."""
        if self._is_off:
            return
        trigger = names.BY_HAND if run.slot is None else names.BY_SCHEDULE
        span = self._tracer.start_span(
            f"run {run.job}",
            context=_NO_PARENT,
            kind=SpanKind.INTERNAL,
            attributes={names.SPAN_JOB: run.job, names.SPAN_TRIGGER: trigger},
            links=_links(run.origin),
            start_time=_nanoseconds(run.started_at),
        )
        if span.is_recording():
            span.set_attributes(_attributes(run))
            self._keep(run.run_id, span)
        # Never detached: the context is the run's own, and ends with it.
        attach(set_span_in_context(span))

    def hear(self, event: Event, /) -> None:
        """End the span of a run that has ended."""
        if isinstance(event, RunEnded):
            with self._lock:
                span = self._open.pop(event.record.run_id, None)
            if span is not None:
                _end(span, event.record)

    def _keep(self, run_id: str, span: Span) -> None:
        with self._lock:
            # Events that come too thick are dropped, and then a span has no end.
            if len(self._open) >= MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[run_id] = span


def _links(origin: VariableContext | None) -> list[Link]:
    if origin is None:
        return []
    cause = origin.run(get_current_span).get_span_context()
    return [Link(cause)] if cause.is_valid else []


def _attributes(run: CurrentRun) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        names.SPAN_RUN_ID: run.run_id,
        names.SPAN_ATTEMPT: run.attempt,
        names.SPAN_DUE: run.due_at.isoformat(),
        names.SPAN_LATENESS: run.lateness,
    }
    if run.slot is not None:
        attributes[names.SPAN_SLOT] = run.slot
    if run.fencing_token is not None:
        attributes[names.SPAN_FENCING_TOKEN] = run.fencing_token
    return attributes


def _end(span: Span, record: RunRecord) -> None:
    # The span began at that same moment; how long a run took the monotonic clock has measured.
    began = record.due_at if record.started_at is None else record.started_at
    end = _nanoseconds(began) + round(record.duration * 1e9)
    span.set_attribute(names.SPAN_OUTCOME, record.outcome.value)
    for counter, value in (record.reported or {}).items():
        span.set_attribute(f"{names.SPAN_REPORTED}.{counter}", value)
    if record.outcome in _ERRORS:
        _note_error(span, record, end)
    span.end(end)


def _note_error(span: Span, record: RunRecord, end: int) -> None:
    # What a record says of an error is redacted already.
    kind, _, message = (record.error or "").partition(": ")
    span.set_attribute("error.type", kind or record.outcome.value)
    span.set_status(Status(StatusCode.ERROR, record.error or record.outcome.value))
    if record.error is None:
        return
    exception = {"exception.type": kind, "exception.message": message}
    if record.traceback is not None:
        exception["exception.stacktrace"] = record.traceback
    span.add_event("exception", exception, end)


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND * 1_000
