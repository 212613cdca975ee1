"""What Prometheus gets to read."""

import threading
from collections.abc import Iterator
from itertools import accumulate

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import CardinalityLimits, MetricReader
from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from loopjobs.telemetry._distributions import Distribution, DistributionSpec


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
        self._distributions: list[_DistributionCollector] = []
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

    def distribute(self, spec: DistributionSpec) -> Distribution:
        """Return a distribution that is exposed as a histogram.

        OpenTelemetry has no instrument for what was added up elsewhere, and its own take as long
        for one value as a run does.
        """
        distribution = Distribution(spec)
        collector = _DistributionCollector(distribution)
        self._distributions.append(collector)
        self._registry.register(collector)
        return distribution

    def close(self) -> None:
        """Expose distributions no longer; whatever else there is, OpenTelemetry shuts down."""
        while self._distributions:
            self._registry.unregister(self._distributions.pop())

    def expose(self, accept: str = "") -> tuple[str, bytes]:
        """Return content type and body, in the format that the header `Accept` asks for.

        May be called on any thread. With many jobs it takes a while: call it beside the event loop.
        """
        encode, content_type = choose_encoder(accept)
        # Two that collect at once would get one another's measurements.
        with self._lock:
            return content_type, encode(self._registry)


class _DistributionCollector(Collector):
    """Shows a distribution to Prometheus as OpenTelemetry would show a histogram."""

    def __init__(self, distribution: Distribution) -> None:
        self._distribution = distribution
        self._upper_bounds = [*map(str, distribution.spec.bounds), "+Inf"]

    def collect(self) -> Iterator[HistogramMetricFamily]:
        spec = self._distribution.spec
        family = HistogramMetricFamily(
            f"{_name_of(spec.name)}_seconds",
            spec.description,
            labels=[_name_of(label) for label in spec.labels],
            unit="seconds",
        )
        for labels, counts, total in self._distribution.series():
            buckets = list(zip(self._upper_bounds, accumulate(counts), strict=True))
            family.add_metric(labels, buckets, total)
        if family.samples:
            yield family


def _name_of(name: str) -> str:
    return name.replace(".", "_")
