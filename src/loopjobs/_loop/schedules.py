"""From options to a schedule: at start, and when options change while running."""

from loopjobs._mechanisms.calendar_slots import CalendarSlots, wall_time
from loopjobs._mechanisms.pacing import FixedDelay, FixedRate, Schedule
from loopjobs._words.clock import Clock
from loopjobs._words.options import LoopJobOptions, Pacing


def schedule_from(first_due: float, options: LoopJobOptions, clock: Clock) -> Schedule | None:
    """Return the slots that begin there; `None` for a job that never ticks.

    Args:
        first_due: The first slot of an interval; the slots of a calendar are not sooner.
        options: Of the job.
        clock: Gives the instants of a calendar.
    """
    if not options.has_slots:
        return None
    if (calendar := options.calendar) is not None:
        return CalendarSlots(calendar, clock, wall_time(clock, first_due))
    kind = FixedRate if options.pacing is Pacing.FIXED_RATE else FixedDelay
    return kind(first_due, options.interval_in_seconds)


def paces_differently(old: LoopJobOptions, new: LoopJobOptions, *, has_ticked: bool) -> bool:
    """Return whether a change of options moves the slots to come."""
    return (
        old.has_slots != new.has_slots
        or old.cron != new.cron
        or (new.cron is not None and old.time_zone != new.time_zone)
        or old.interval_in_seconds != new.interval_in_seconds
        or old.pacing is not new.pacing
        or (not has_ticked and old.initial_delay_in_seconds != new.initial_delay_in_seconds)
        # On a grid a back-off skips slots; without one it moves the next.
        or (
            new.pacing is Pacing.FIXED_DELAY
            and old.max_backoff_in_seconds != new.max_backoff_in_seconds
        )
    )
