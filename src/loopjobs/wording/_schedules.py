"""Schedules in words."""

from loopjobs import LoopJobOptions, Pacing, StartedBy
from loopjobs.wording._durations import exact


def schedule(options: LoopJobOptions) -> str:
    """Say when a job runs: `every 10 s`, `10 s after each run`, `at 03:00 every day (UTC)`."""
    if options.started_by is StartedBy.TRIGGER:
        return "when triggered"
    if (calendar := options.calendar) is not None:
        return calendar.in_words
    interval = exact(options.interval_in_seconds)
    if options.pacing is Pacing.FIXED_DELAY:
        return f"{interval} after each run"
    return f"every {interval}"
