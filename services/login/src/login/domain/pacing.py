"""When a PC should send its next keep-alive."""

from random import Random

JITTER_SHARE = 0.1
"""Keep-alives are spread by this share to both sides, so that a lab does not speak in chorus."""


class KeepAlivePacing:
    """Tells each PC when to be heard again."""

    def __init__(self, interval_in_seconds: float, random: Random) -> None:
        self._interval = interval_in_seconds
        self._random = random

    def next_in_seconds(self) -> float:
        """Return the interval with its jitter, in whole milliseconds."""
        share = self._random.uniform(1 - JITTER_SHARE, 1 + JITTER_SHARE)
        return round(self._interval * share, 3)
