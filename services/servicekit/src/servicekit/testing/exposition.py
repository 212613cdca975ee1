"""Reads metrics the way Prometheus does."""

from collections.abc import Callable, Iterator
from typing import Protocol

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from loopjobs import Host
from loopjobs.telemetry import PrometheusMetrics

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
_parse: Callable[[str], Iterator["_Family"]] = text_string_to_metric_families


class _Family(Protocol):
    name: str
    type: str
    unit: str
    samples: list[Sample]


class Exposition:
    """All metrics of a host at one moment.

    Args:
        body: What was exposed in the format of OpenMetrics.
    """

    def __init__(self, body: bytes) -> None:
        self._families = list(_parse(body.decode()))

    @classmethod
    async def of(cls, host: Host) -> "Exposition":
        """Return what a host exposes now."""
        metrics = await host.container.get(PrometheusMetrics)
        return cls(metrics.expose(OPENMETRICS)[1])

    @property
    def families(self) -> dict[str, tuple[str, str]]:
        """Type and unit by name."""
        return {each.name: (each.type, each.unit) for each in self._families}

    @property
    def labels(self) -> dict[str, set[str]]:
        """The labels of every sample by its name."""
        found: dict[str, set[str]] = {}
        for sample in self._samples():
            found.setdefault(sample.name, set()).update(sample.labels)
        return found

    def value(self, name: str, **labels: str) -> float | None:
        """Return the one sample of this name that has these labels among its own.

        Raises:
            ValueError: there are several.
        """
        found = self.values(name, **labels)
        if len(found) > 1:
            raise ValueError(f"{len(found)} samples of {name} have the labels {labels}")
        return found[0] if found else None

    def values(self, name: str, **labels: str) -> list[float]:
        """Return the samples of this name that have these labels among their own."""
        return [
            sample.value
            for sample in self._samples()
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def _samples(self) -> Iterator[Sample]:
        for family in self._families:
            yield from family.samples
