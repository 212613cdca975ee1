"""Which slot of a calendar a claim is about, and which ones a run has lasted over."""

from datetime import datetime, timedelta
from typing import Final

from loopjobs._words.calendar import Calendar
from loopjobs._words.clock import Clock
from loopjobs._words.leases import CalendarSlot
from loopjobs._words.options import LoopJobOptions

_MOST_SKEW: Final = 30.0
"""Seconds by which the wall clocks of two replicas may differ."""
_JUST_BEFORE: Final = timedelta(milliseconds=1)


def claimed_slot(options: LoopJobOptions, clock: Clock) -> CalendarSlot | None:
    """Return the last slot that is due; `None` for a job with an interval."""
    calendar, now = options.calendar, clock.now()
    return None if calendar is None else _slot(calendar, now, now)


def passed_slot(options: LoopJobOptions, clock: Clock) -> CalendarSlot | None:
    """Return the last slot that was due before this moment: one that is due at it is free."""
    calendar, now = options.calendar, clock.now()
    return None if calendar is None else _slot(calendar, now - _JUST_BEFORE, now)


def _slot(calendar: Calendar, moment: datetime, now: datetime) -> CalendarSlot:
    due = calendar.last_by(moment)
    return CalendarSlot(
        age=(now - due).total_seconds(),
        gap=(calendar.after(due) - due).total_seconds(),
        # Slots that lie closer together than clocks differ would be taken for one another.
        tolerance=min(_MOST_SKEW, calendar.shortest_gap / 2),
    )
