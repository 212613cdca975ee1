"""What a timer calls."""

from collections.abc import Callable
from math import inf
from typing import Final, Protocol

NOWHERE: Final = 0
"""The place of an alarm that is not in the heap of a timer."""


class TimerAlarm:
    """What a timer calls at one moment at a time."""

    __slots__ = ("place",)

    def __init__(self) -> None:
        self.place = NOWHERE
        """The number of its entry in the heap; `NOWHERE` once it was called or called off."""

    @property
    def is_over(self) -> bool:
        """Whether it was called or called off."""
        return self.place == NOWHERE

    def ring(self, moment: float) -> float:
        """Do what was to be done by that moment.

        Returns:
            When to ring next; infinite for not again, or if it was armed meanwhile.
        """
        raise NotImplementedError


class WakeUpWatcher(Protocol):
    """Who wants to know which calls of a timer belong together."""

    def wake_up_begins(self) -> None:
        """Note that all that is due is called now; it must not raise anything."""
        ...

    def wake_up_ends(self) -> None:
        """Note that it was; it must not raise anything either."""
        ...


class CallsOff(Protocol):
    """The part of a timer that its callbacks know."""

    def call_off(self, alarm: TimerAlarm) -> None:
        """Do not ring it."""
        ...


class Callback(TimerAlarm):
    """Calls a function, once."""

    __slots__ = ("_call", "_timer")

    def __init__(self, call: Callable[[], object], timer: CallsOff) -> None:
        super().__init__()
        self._call: Callable[[], object] | None = call
        self._timer = timer

    def ring(self, moment: float) -> float:  # noqa: ARG002 - it was due, that is enough
        """Call it."""
        call, self._call = self._call, None
        if call is not None:
            call()
        return inf

    def cancel(self) -> None:
        """Call it off; what it would have called is forgotten at once."""
        self._call = None
        self._timer.call_off(self)
