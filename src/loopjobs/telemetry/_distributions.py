"""Distributions of what is measured of every run."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Protocol

from loopjobs.telemetry._families import Family, Row


class Recorder(Protocol):
    """Takes values in."""

    def record(self, value: float, labels: tuple[str, ...]) -> None:
        """Enter one value."""
        ...


class Distribution:
    """Counts values in plain lists; written by one thread, read by any.

    Who reads while a value is entered may find it in the count and not in the sum yet.
    """

    __slots__ = ("_bounds", "_cells", "family")

    def __init__(self, family: Family) -> None:
        self.family = family
        self._bounds = tuple(family.bounds)
        # The buckets, and after them the sum.
        self._cells: dict[tuple[str, ...], list[float]] = {}

    def record(self, value: float, labels: tuple[str, ...]) -> None:
        """Enter one value."""
        cell = self._cells.get(labels)
        if cell is None:
            cell = self._cells[labels] = [0] * (len(self._bounds) + 2)
        cell[bisect_left(self._bounds, value)] += 1
        cell[-1] += value

    def rows(self) -> Iterator[Row]:
        """Iterate over what was counted so far."""
        for labels, cell in tuple(self._cells.items()):
            *counts, total = cell
            buckets = tuple(accumulate(counts))
            yield labels, (*buckets, buckets[-1], total)
