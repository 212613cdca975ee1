"""Slows down whoever asks too often."""

from collections import OrderedDict
from typing import Final

from loopjobs import Clock

_MOST_KEYS: Final = 10_000
_ROUNDING: Final = 1e-4
"""Seconds: a sum of steps is not quite the whole."""


class RateLimit:
    """Admits so many requests in so many seconds by key, all at once or one by one.

    It remembers one number a key: when the key will have used up nothing. Beyond 10,000 keys the
    one not seen for longest is forgotten.
    """

    def __init__(self, requests: int, seconds: float, clock: Clock) -> None:
        self._step = seconds / requests
        self._burst = seconds - self._step
        self._clock = clock
        self._rested_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Count a request; return for how many seconds it is too early, 0 if it is admitted."""
        now = self._clock.monotonic()
        rested_at = max(self._rested_at.get(key, now), now)
        early = rested_at - now - self._burst
        is_admitted = early <= _ROUNDING
        self._rested_at[key] = rested_at + self._step if is_admitted else rested_at
        self._rested_at.move_to_end(key)
        if len(self._rested_at) > _MOST_KEYS:
            self._rested_at.popitem(last=False)
        return 0.0 if is_admitted else early
