"""When would a job tick? Arithmetic only."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from loopjobs import Calendar, LoopJobOptions, Pacing


@dataclass(frozen=True, slots=True)
class PlannedTick:
    """One slot to come. What chance decides is a range; without jitter it is a point."""

    number: int
    """From 0."""
    due_from: datetime
    """The slot itself, if the start jitter turns out as none."""
    due_until: datetime
    """The slot itself, if the start jitter turns out as all of it."""
    starts_until: datetime
    """When the run begins at the latest, the jitter of each tick included."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job would do, were its host started then."""

    job: str
    options: LoopJobOptions
    ticks: Sequence[PlannedTick]
    """None for a job that is disabled or only triggered. With a fixed delay the first: the others
    depend on how long runs take."""

    @property
    def is_open(self) -> bool:
        """Whether the later ticks depend on the ends of runs."""
        return self.options.has_slots and self.options.pacing is Pacing.FIXED_DELAY


def plan_ticks(job: str, options: LoopJobOptions, start: datetime, count: int) -> Plan:
    """Plan the first ticks of a job whose host starts at that instant.

    Slot k is due at start + initial delay + k times the interval. The start jitter moves all of
    them by the same share; the jitter moves the begin of each run and no slot. The slots of a
    calendar stay where they are: the initial delay and its jitter decide which is the first.

    Raises:
        OverflowError: a tick lies past the last year of the calendar.
    """
    if not options.has_slots:
        return Plan(job, options, ())
    if (calendar := options.calendar) is not None:
        return Plan(job, options, list(islice(_slots(calendar, options, start), count)))
    is_grid = options.pacing is Pacing.FIXED_RATE
    numbers = range(count if is_grid else min(count, 1))
    return Plan(job, options, [_tick(number, options, start) for number in numbers])


def _slots(calendar: Calendar, options: LoopJobOptions, start: datetime) -> Iterator[PlannedTick]:
    delay = options.initial_delay_in_seconds
    due = calendar.at_or_after(start + timedelta(seconds=delay))
    spread = timedelta(seconds=delay + options.start_jitter_in_seconds)
    latest = calendar.at_or_after(start + spread)
    for number in itertools.count():
        until = latest + timedelta(seconds=options.jitter_in_seconds)
        yield PlannedTick(number, due, latest, until)
        due, latest = calendar.after(due), calendar.after(latest)


def _tick(number: int, options: LoopJobOptions, start: datetime) -> PlannedTick:
    offset = options.initial_delay_in_seconds + number * options.interval_in_seconds
    spread = offset + options.start_jitter_in_seconds
    return PlannedTick(
        number=number,
        due_from=start + timedelta(seconds=offset),
        due_until=start + timedelta(seconds=spread),
        starts_until=start + timedelta(seconds=spread + options.jitter_in_seconds),
    )
