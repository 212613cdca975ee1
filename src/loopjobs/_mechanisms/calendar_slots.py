"""When is the next slot of a calendar? Slots are instants, and loops wait on another clock."""

from datetime import datetime, timedelta
from typing import Final

from loopjobs._words.calendar import Calendar
from loopjobs._words.clock import Clock

_ROUNDING: Final = timedelta(milliseconds=1)


class CalendarSlots:
    """A `Schedule` whose slots are reckoned anew from the wall clock each time they are asked for.

    A slot is decided once: when the wall clock is put back, those behind it do not come again.

    Args:
        calendar: The slots.
        clock: Gives both times.
        first: Slots before this instant are not due.
    """

    __slots__ = ("_calendar", "_clock", "_slot")

    last_due = None
    """Where it was on the monotonic clock depends on when it was asked for."""

    def __init__(self, calendar: Calendar, clock: Clock, first: datetime) -> None:
        self._calendar = calendar
        self._clock = clock
        self._slot = calendar.at_or_after(first)

    @property
    def next_due(self) -> float:
        """The slot that comes next, where it is on the monotonic clock by now."""
        # In this order: a delay between the two makes it a little late, and never early.
        ahead = (self._slot - self._clock.now()).total_seconds()
        return self._clock.monotonic() + ahead

    def catch_up(self, moment: float) -> int:
        """Move on to the last slot due by `moment`; return how many were passed over."""
        wall = wall_time(self._clock, moment)
        if self._calendar.after(self._slot) > wall:
            return 0
        last = self._calendar.last_by(wall)
        passed = self._calendar.count(self._slot, last) - 1
        self._slot = last
        return passed

    def count(self, first: float, until: float) -> int:
        """Return how many slots there are from one on, and before a moment that is later."""
        begin, end = (wall_time(self._clock, moment) - _ROUNDING for moment in (first, until))
        return self._calendar.count(begin, end)

    def take(self) -> None:
        """Move on to the following slot."""
        self._slot = self._calendar.after(self._slot)

    def take_alone(self, moment: float) -> None:
        """Leave it to the long way: minutes at the least lie between two slots."""

    def pass_by(self, moment: float) -> None:  # noqa: ARG002 - the calendar does not depend on it
        """Move on to the following slot."""
        self.take()

    def step_aside(self) -> None:
        """Leave the calendar as it is."""

    def run_ended(self, moment: float, wait: float) -> None:
        """Leave the calendar as it is."""


def due_from(calendar: Calendar, clock: Clock, moment: float) -> float:
    """Return the first slot from a moment of the monotonic clock on, where it is on that clock."""
    wall = wall_time(clock, moment)
    return moment + (calendar.at_or_after(wall - _ROUNDING) - wall).total_seconds()


def gap_at(calendar: Calendar, clock: Clock, moment: float) -> float:
    """Return the seconds from the last slot by a moment to the one after it."""
    return calendar.gap_at(wall_time(clock, moment) + _ROUNDING)


def wall_time(clock: Clock, moment: float) -> datetime:
    """Return what the wall clock shows at a moment of the monotonic clock, if nobody sets it."""
    return clock.now() + timedelta(seconds=moment - clock.monotonic())
