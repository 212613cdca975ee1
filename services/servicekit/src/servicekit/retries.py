"""Tries again what failed because others were in the way."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Final, TypeVar

from servicekit.faults import StoreBusyError

T = TypeVar("T")

_SHORTEST_SHARE: Final = 0.5
"""Of the pause: those who met once should not meet again."""


class BusyRetries:
    """Tries a few times while the store is busy, with pauses that double and vary.

    Args:
        random: makes the pauses vary.
        attempts: how often to try in all.
        pause: seconds before the second attempt, at the longest.
    """

    def __init__(self, random: Random, *, attempts: int = 3, pause: float = 0.2) -> None:
        if attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {attempts}")
        self._random = random
        self._attempts = attempts
        self._pause = pause

    async def call(
        self, action: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]
    ) -> T:
        """Return what the action returns in the end.

        Args:
            action: one transaction; it is done anew as a whole.
            sleep: waits for so many seconds: `Clock.sleep`, or `CancellationToken.sleep` where a
                stop should end the wait.

        Raises:
            StoreBusyError: the store was busy each time. Other errors pass at once.
        """
        longest = self._pause
        for _ in range(self._attempts - 1):
            try:
                return await action()
            except StoreBusyError:
                await sleep(longest * self._random.uniform(_SHORTEST_SHARE, 1))
                longest *= 2
        return await action()
