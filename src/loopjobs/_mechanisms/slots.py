"""What a ticker hands out, and to whom."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple, Protocol

from loopjobs._words.outcomes import Outcome


class Tick(NamedTuple):
    """A slot whose turn has come."""

    due: float
    """The slot's own time on the monotonic clock."""
    planned: float
    """When it was to start: the slot's time and its share of the jitter."""
    number: int | None
    """Counts the slots, those that ended without a run included; `None` for a run by hand."""


make_tick: Final[Callable[[tuple[float, float, int | None]], Tick]] = partial(tuple.__new__, Tick)
"""Makes one in C alone; the class itself takes three times as long."""


class SlotTaker(Protocol):
    """Runs a slot as soon as it is due, as far as that goes without waiting."""

    def take(self, due: float, number: int, waiter: "asyncio.Future[Tick | None]") -> bool:
        """Begin the run of a slot; return whether it has ended.

        It is called outside any task. If it returns false, the waiter is resolved with the slot.
        A body can cancel the waiter; it is left to whoever awaits that to see what came of it.
        """
        ...


class Occupancy(Protocol):
    """The runs of the loop whose bodies have not ended, and the books about its slots."""

    @property
    def in_line(self) -> object | None:
        """One of them, if there are any that ran in the task of the loop."""
        ...

    @property
    def beside(self) -> object | None:
        """The others; `None` without any."""
        ...

    def skip(self, outcome: Outcome, count: int) -> None:
        """Enter slots that end without a run."""
        ...
