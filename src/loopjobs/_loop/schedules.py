"""From options to a schedule: at start, and when options change while running."""

from loopjobs._mechanisms.pacing import FixedDelay, FixedRate, Schedule
from loopjobs._words.options import LoopJobOptions, Pacing


def schedule_from(first_due: float, options: LoopJobOptions) -> Schedule | None:
    """Return the slots that begin there; `None` for a job that never ticks."""
    if not options.has_slots:
        return None
    kind = FixedRate if options.pacing is Pacing.FIXED_RATE else FixedDelay
    return kind(first_due, options.interval_in_seconds)


def paces_differently(old: LoopJobOptions, new: LoopJobOptions, *, has_ticked: bool) -> bool:
    """Return whether a change of options moves the slots to come."""
    return (
        old.has_slots != new.has_slots
        or old.interval_in_seconds != new.interval_in_seconds
        or old.pacing is not new.pacing
        or (not has_ticked and old.initial_delay_in_seconds != new.initial_delay_in_seconds)
        # On a grid a back-off skips slots; without one it moves the next.
        or (
            new.pacing is Pacing.FIXED_DELAY
            and old.max_backoff_in_seconds != new.max_backoff_in_seconds
        )
    )
