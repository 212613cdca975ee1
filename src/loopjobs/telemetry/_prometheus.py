"""What Prometheus gets to read."""

import threading

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import CardinalityLimits, MetricReader
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


class PrometheusMetrics:
    """The metrics of one host in the text format of Prometheus, from a registry of its own.

    Args:
        limits: How many series an instrument may have.
        is_on: Whether there is anything to expose.
    """

    def __init__(self, limits: CardinalityLimits | None = None, *, is_on: bool = True) -> None:
        self.is_on = is_on
        """Whether there is anything to expose."""
        self._lock = threading.Lock()
        self._registry = CollectorRegistry()
        self._readers = (
            [
                PrometheusMetricReader(
                    scope_info_enabled=False, registry=self._registry, cardinality_limits=limits
                )
            ]
            if is_on
            else []
        )

    @property
    def readers(self) -> list[MetricReader]:
        """What a meter provider is to be made with."""
        return list(self._readers)

    def expose(self, accept: str = "") -> tuple[str, bytes]:
        """Return content type and body, in the format that the header `Accept` asks for.

        May be called on any thread. With many jobs it takes a while: call it beside the event loop.
        """
        encode, content_type = choose_encoder(accept)
        # Two that collect at once would get one another's measurements.
        with self._lock:
            return content_type, encode(self._registry)
