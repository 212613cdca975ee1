"""Slows down whoever asks too often."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from loopjobs import Clock
from servicekit.problems import ProblemError

_MOST_KEYS: Final = 100_000
_ROUNDING: Final = 1e-4
"""Seconds: a sum of steps is not quite the whole, and the last request of a burst is still one."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; all of them may come at once."""

    requests: int
    seconds: float


class RateLimiter:
    """Admits requests by key at a steady rate with a burst: the generic cell rate algorithm.

    It remembers one number a key. It knows this process only: a service of N replicas admits N
    times the rate. Beyond 100,000 keys the one not seen for longest is forgotten.

    Args:
        rate: what one key may do.
        clock: its time.
    """

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._step = rate.seconds / rate.requests
        self._tolerance = rate.seconds - self._step
        self._clock = clock
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def admit(self, key: str) -> None:
        """Let a request pass.

        Raises:
            ProblemError: 429 with `Retry-After`; the key has used up its rate.
        """
        now = self._clock.monotonic()
        free_at = max(self._free_at.get(key, now), now)
        wait = free_at - now - self._tolerance
        is_admitted = wait <= _ROUNDING
        self._remember(key, free_at + self._step if is_admitted else free_at)
        if not is_admitted:
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too many requests; wait as long as Retry-After says",
                headers={"Retry-After": str(math.ceil(wait))},
            )

    def _remember(self, key: str, free_at: float) -> None:
        # Also who is refused was seen: otherwise insisting would be a way to be forgotten.
        self._free_at[key] = free_at
        self._free_at.move_to_end(key)
        if len(self._free_at) > _MOST_KEYS:
            self._free_at.popitem(last=False)
