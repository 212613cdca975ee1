"""Keeps exporters from filling the log while what they send to is away."""

import logging
import threading
from types import TracebackType
from typing import Final, Self

_LOGGERS: Final = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.metrics._internal.export",
)
_PERIOD_IN_SECONDS: Final = 60.0


class OneAMinute(logging.Filter):
    """Lets one line a minute of each logger of an exporter through."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._passed_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide about one line, by the time it was written."""
        with self._lock:
            passed_at = self._passed_at.get(record.name)
            if passed_at is not None and record.created - passed_at < _PERIOD_IN_SECONDS:
                return False
            self._passed_at[record.name] = record.created
            return True

    def __enter__(self) -> Self:
        """Begin to listen to those loggers."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave them as they were."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)
