"""What runs have reported, added up by job and counter."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from loopjobs.telemetry._families import Row

MOST_COUNTERS: Final = 50
"""Names that one job may report under; what comes under further ones is put together."""
OTHER: Final = "other"


class Reported:
    """Sums and last values; written by one thread, read by any."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, float]] = {}
        self._latest: dict[str, dict[str, float]] = {}

    def add(self, job: str, counters: Mapping[str, float]) -> None:
        """Note what one run has reported.

        A counter never falls and never becomes meaningless: what is negative or no number is left
        out of the sums.
        """
        sums = self._sums.setdefault(job, {})
        latest = self._latest.setdefault(job, {})
        for given, value in counters.items():
            if not math.isfinite(value):
                continue
            name = given if given in sums or len(sums) < MOST_COUNTERS else OTHER
            sums[name] = sums.get(name, 0) + max(value, 0)
            # Without the sign that a zero may have.
            latest[name] = value + 0

    def sums(self) -> Iterator[Row]:
        """Iterate over job and counter, and the sum over all runs."""
        return _flat(self._sums)

    def latest(self) -> Iterator[Row]:
        """Iterate over job and counter, and what the last run that reported it said."""
        return _flat(self._latest)


def _flat(values: Mapping[str, Mapping[str, float]]) -> Iterator[Row]:
    for job, counters in tuple(values.items()):
        for counter, value in tuple(counters.items()):
            yield (job, counter), (value,)
