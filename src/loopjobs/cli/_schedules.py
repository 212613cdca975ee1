"""Schedules in words."""

from loopjobs import LoopJobOptions, Pacing
from loopjobs.cli._text import span


def schedule_of(options: LoopJobOptions) -> str:
    """Say when a job ticks: `every 10 s`, `10 s after each run`."""
    interval = span(options.interval_in_seconds)
    if options.pacing is Pacing.FIXED_DELAY:
        return f"{interval} after each run"
    return f"every {interval}"
