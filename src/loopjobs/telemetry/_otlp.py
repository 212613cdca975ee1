"""Sends spans and metrics by OTLP over HTTP."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import (
    CardinalityLimits,
    MetricReader,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from loopjobs.telemetry._options import TelemetryOptions
from loopjobs.telemetry._quiet import OneAMinute

_log: Final = logging.getLogger("loopjobs.telemetry")

_GRACE_IN_SECONDS: Final = 1.0
"""For what was told to give up."""


class OtlpExport:
    """What sends, on threads of its own, from when it is made until it is closed.

    While the endpoint is away, spans are dropped beyond a bound, metrics go on being added up, and
    the log gets a line a minute.
    """

    def __init__(self, endpoint: str, options: TelemetryOptions, limits: CardinalityLimits) -> None:
        base = endpoint.rstrip("/")
        headers = {name: value.get_secret_value() for name, value in options.otlp_headers.items()}
        self._timeout = options.otlp_timeout_in_seconds
        self._quiet = OneAMinute().__enter__()
        self._spans: SpanExporter = OTLPSpanExporter(
            endpoint=f"{base}/v1/traces", headers=headers, timeout=self._timeout
        )
        self._metrics = OTLPMetricExporter(
            endpoint=f"{base}/v1/metrics", headers=headers, timeout=self._timeout
        )
        self.processor: SpanProcessor = BatchSpanProcessor(self._spans)
        """What a tracer provider is to be given."""
        self.reader: MetricReader = PeriodicExportingMetricReader(
            self._metrics, options.otlp_interval_in_seconds * 1000, cardinality_limits=limits
        )
        """What a meter provider is to be made with."""

    async def close(self, shut_down: Callable[[], None]) -> None:
        """Shut down beside the event loop: what is queued gets one more try.

        It takes no longer than that try may take, and a second. What does not end by then is given
        up, with a line in the log.
        """
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        thread = threading.Thread(
            target=lambda: _shut_down(shut_down, loop, ended),
            name="loopjobs telemetry",
            daemon=True,
        )
        thread.start()
        try:
            if not await _ends_within(ended, self._timeout):
                # What waits for its next try gives up, and what is queued is dropped.
                self._spans.shutdown()
                self._metrics.shutdown()
                if not await _ends_within(ended, _GRACE_IN_SECONDS):
                    _log.warning("telemetry was not sent to its end; its endpoint does not answer")
                    return
            thread.join()
        finally:
            self._quiet.__exit__(None, None, None)


def _shut_down(
    shut_down: Callable[[], None], loop: asyncio.AbstractEventLoop, ended: asyncio.Event
) -> None:
    try:
        shut_down()
    except Exception:  # noqa: BLE001 - it must not keep the host from stopping
        _log.exception("telemetry could not be shut down")
    loop.call_soon_threadsafe(ended.set)


async def _ends_within(ended: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        return False
    return True
