"""How many rows a transaction takes on, so that it ends soon wherever it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from loopjobs import Clock

LONGEST: Final = 0.1
"""Seconds that a transaction may take before the next ones are made smaller."""
_LEAST_SHARE: Final = 16


class BatchPace:
    """The size of the next batch: halved after one that took too long, doubled after a quick one.

    Args:
        most: the size to begin with, which is the largest as well.
        clock: tells how long a batch takes.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._least = max(most // _LEAST_SHARE, 1)
        self._clock = clock
        self.size = most

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Learn from how long the block takes."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self._learn(self._clock.monotonic() - began)

    def _learn(self, seconds: float) -> None:
        if seconds > LONGEST:
            self.size = max(self.size // 2, self._least)
        elif seconds < LONGEST / 4:
            self.size = min(self.size * 2, self._most)
