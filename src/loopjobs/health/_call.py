"""One call to the event loop, and when it was answered."""

from datetime import datetime

from loopjobs import Clock
from loopjobs.health._report import Blockage
from loopjobs.health._stack import Stack


class Call:
    """Made by the thread that watches, answered by the event loop.

    Each attribute is written by one thread only, once.
    """

    __slots__ = ("_answered_at", "_asked_at", "_clock", "_wall", "stack")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at = clock.monotonic()
        self._wall: datetime = clock.now()
        self._answered_at: float | None = None
        self.stack: Stack | None = None
        """Where the event loop's thread was when it had not answered for too long."""

    @property
    def is_answered(self) -> bool:
        """Whether the event loop has served it."""
        return self._answered_at is not None

    @property
    def waited(self) -> float:
        """Seconds until the answer, or until now."""
        answered_at = self._answered_at
        return (self._clock.monotonic() if answered_at is None else answered_at) - self._asked_at

    def answer(self) -> None:
        """Note that the event loop serves; called by it. Only the first time counts."""
        if self._answered_at is None:
            self._answered_at = self._clock.monotonic()

    def as_blockage(self) -> Blockage:
        """Return what this call has found out."""
        stack = self.stack
        return Blockage(
            began_at=self._wall,
            duration=self.waited,
            is_over=self.is_answered,
            stack=None if stack is None else stack.text,
            place=None if stack is None else stack.place,
        )
