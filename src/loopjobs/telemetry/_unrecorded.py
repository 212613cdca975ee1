"""The span of a run where no span is recorded: an identity for log lines, made for who asks."""

import threading
from typing import Final

from opentelemetry.context import Context, attach
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from loopjobs import CurrentRun

_NO_PARENT: Final = Context()


class UnrecordedSpans:
    """Gives each run a span that is not recorded, so that log lines of one run share one trace.

    Args:
        ids: Where identities come from.
    """

    def __init__(self, ids: IdGenerator) -> None:
        self._ids = ids
        self._lock = threading.Lock()

    def enter(self, _run: CurrentRun, /) -> None:
        """Make such a span the current one of the present context."""
        # Never detached: the context is the run's own, and ends with it.
        attach(set_span_in_context(_UnrecordedSpan(self), _NO_PARENT))

    def identify(self, span: "_UnrecordedSpan") -> SpanContext:
        """Give a span its identity, if it has none: tasks and threads may ask at the same time."""
        with self._lock:
            if span.identity is None:
                span.identity = self._new_identity()
            return span.identity

    def _new_identity(self) -> SpanContext:
        ids = self._ids
        is_random = ids.is_trace_id_random()
        return SpanContext(
            ids.generate_trace_id(),
            ids.generate_span_id(),
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.RANDOM_TRACE_ID if is_random else TraceFlags.DEFAULT),
        )


class _UnrecordedSpan(NonRecordingSpan):
    def __init__(self, spans: UnrecordedSpans) -> None:
        self._spans = spans
        self.identity: SpanContext | None = None

    def get_span_context(self) -> SpanContext:
        return self.identity or self._spans.identify(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.get_span_context()!r})"
