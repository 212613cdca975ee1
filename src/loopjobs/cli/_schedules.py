"""Schedules in words, as the page of jobs has them."""

from typing import Final

from loopjobs import LoopJobOptions, Pacing

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60))


def schedule_of(options: LoopJobOptions) -> str:
    """Say when a job ticks: `every 10 s`, `10 s after each run`."""
    interval = exact(options.interval_in_seconds)
    if options.pacing is Pacing.FIXED_DELAY:
        return f"{interval} after each run"
    return f"every {interval}"


def exact(seconds: float) -> str:
    """Show a span in the largest unit that it is a whole number of, so that nothing is rounded."""
    for unit, length in _UNITS:
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.15g} s"
