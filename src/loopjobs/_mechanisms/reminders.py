"""Says at once what is new, and after that no more often than once a minute."""

from collections.abc import Hashable
from typing import Final

MINUTE: Final = 60.0
"""Seconds between two reminders."""


class Reminders:
    """Tells whether it is time to say something, be it for the first time or again."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: dict[Hashable, float] = {}

    def are_due(self, what: Hashable, now: float) -> bool:
        """Return whether to say it now, on a monotonic clock; if so, it counts as said."""
        told = self._told.get(what)
        if told is not None and now - told < MINUTE:
            return False
        self._told[what] = now
        return True

    def forget(self, what: Hashable) -> None:
        """Let it be new again."""
        self._told.pop(what, None)
