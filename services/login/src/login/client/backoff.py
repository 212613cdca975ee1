"""How long to leave a service alone that does not answer."""

import random
from typing import Final

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
_DOUBLINGS_ENOUGH: Final = 16


class Backoff:
    """Waits that double with each failure up to a cap, each shortened at random by up to half.

    The random part keeps a thousand PCs from coming back in the same second when the service does.

    Args:
        chance: Where the random part comes from.
        first: Seconds after the first failure, before the random part.
        longest: The cap in seconds; also of what the service itself may ask for.
    """

    def __init__(
        self, chance: random.Random, first: float = FIRST_WAIT, longest: float = LONGEST_WAIT
    ) -> None:
        self._chance = chance
        self._first = first
        self._longest = longest
        self._failures = 0

    def next_wait(self, asked_for: float | None = None) -> float:
        """Count a failure and return the seconds to wait; not less than the service asked for."""
        doubled = self._first * 2.0 ** min(self._failures, _DOUBLINGS_ENOUGH)
        self._failures += 1
        ceiling = min(doubled, self._longest)
        floor = min(asked_for or 0.0, self._longest)
        return max(floor, ceiling / 2) + self._chance.random() * ceiling / 2

    def reset(self) -> None:
        """Begin anew: the service has answered."""
        self._failures = 0
