"""Distributions of what is measured of every run: into how many buckets, and by what labels."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Labels: TypeAlias = tuple[str, ...]
"""The values of the labels, in the order of their names."""


@dataclass(frozen=True, slots=True)
class DistributionSpec:
    """What is distributed, in seconds."""

    name: str
    description: str
    bounds: Sequence[float]
    """The upper bounds of all buckets but the last, which has none."""
    labels: Sequence[str]


class Recorder(Protocol):
    """Takes values in."""

    def record(self, value: float, labels: Labels) -> None:
        """Enter one value."""
        ...


class Distribution:
    """Counts values in plain lists; written by one thread, read by any.

    Who reads while a value is entered may find it in the count and not in the sum yet.
    """

    __slots__ = ("_bounds", "_cells", "spec")

    def __init__(self, spec: DistributionSpec) -> None:
        self.spec = spec
        self._bounds = tuple(spec.bounds)
        # The buckets, and after them the sum.
        self._cells: dict[Labels, list[float]] = {}

    def record(self, value: float, labels: Labels) -> None:
        """Enter one value."""
        cell = self._cells.get(labels)
        if cell is None:
            cell = self._cells[labels] = [0] * (len(self._bounds) + 2)
        cell[bisect_left(self._bounds, value)] += 1
        cell[-1] += value

    def series(self) -> Iterator[tuple[Labels, Sequence[float], float]]:
        """Iterate over labels, the count of each bucket, and the sum of all values."""
        for labels, cell in tuple(self._cells.items()):
            *counts, total = cell
            yield labels, counts, total
