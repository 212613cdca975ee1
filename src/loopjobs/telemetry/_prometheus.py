"""What Prometheus gets to read."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics.export import CardinalityLimits, MetricReader
from prometheus_client import CollectorRegistry, Info
from prometheus_client.exposition import choose_encoder

from loopjobs.telemetry._distributions import Distribution
from loopjobs.telemetry._families import Answer, Family, Row
from loopjobs.telemetry._text import Encode, written


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
        self._target: Info | None = None
        self._shown: list[Callable[[], Answer]] = []
        self._writer: int | None = None
        self._readers = (
            [
                PrometheusMetricReader(
                    # It tells of the target only if there are instruments that answer.
                    disable_target_info=True,
                    scope_info_enabled=False,
                    registry=self._registry,
                    cardinality_limits=limits,
                )
            ]
            if is_on
            else []
        )

    @property
    def readers(self) -> list[MetricReader]:
        """What a meter provider is to be made with."""
        return list(self._readers)

    @property
    def is_being_written(self) -> bool:
        """Whether what is collected at this moment, in this thread, is to be exposed here."""
        return self._writer == threading.get_ident()

    def describe(self, attributes: Mapping[str, object]) -> None:
        """Expose what OpenTelemetry knows of the service, as its exporter would."""
        target = Info("target", "Target metadata", registry=self._registry)
        target.info({_label_of(key): _text_of(value) for key, value in attributes.items()})
        self._target = target

    def show(self, read: Callable[[], Answer]) -> None:
        """Expose what this returns, as OpenTelemetry would if there were instruments for it.

        There are many series of jobs, and its way to the text takes ten times as long.
        """
        self._shown.append(read)

    def distribute(self, family: Family) -> Distribution:
        """Return a distribution that is exposed as a histogram.

        OpenTelemetry has no instrument for what was added up elsewhere, and its own take as long
        for one value as a run does.
        """
        distribution = Distribution(family)
        self.show(partial(_distributed, distribution))
        return distribution

    def close(self) -> None:
        """Expose nothing of it any longer; whatever else there is, OpenTelemetry shuts down."""
        self._shown.clear()
        if self._target is not None:
            self._registry.unregister(self._target)
            self._target = None

    def expose(self, accept: str = "") -> tuple[str, bytes]:
        """Return content type and body, in the format that the header `Accept` asks for.

        May be called on any thread. With many jobs it takes a while: call it beside the event loop.
        """
        encode, content_type = choose_encoder(accept)
        # Two that collect at once would get one another's measurements.
        with self._lock:
            self._writer = threading.get_ident()
            try:
                return content_type, self._written(encode)
            finally:
                self._writer = None

    def _written(self, encode: Encode) -> bytes:
        pieces = [piece for read in tuple(self._shown) for piece in written(read(), encode)]
        # Last, for it may have a line that says where the page ends.
        return b"".join([*pieces, encode(self._registry)])


def _distributed(distribution: Distribution) -> Iterator[tuple[Family, Iterator[Row]]]:
    yield distribution.family, distribution.rows()


def _label_of(key: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]+", "_", re.sub(r"^\d", "_", key))


def _text_of(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
