"""When a job runs, in words."""

from typing import Final

from loopjobs import LoopJobOptions, Pacing

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def span(seconds: float) -> str:
    """Return a span in the largest unit that it is a whole number of: `90 s`, `5 min`, `2 h`."""
    for length, unit in _UNITS:
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.15g} s"


def schedule(options: LoopJobOptions) -> str:
    """Say when a job runs: `every 10 s`, or `10 s after each run`."""
    interval = span(options.interval_in_seconds)
    if options.pacing is Pacing.FIXED_DELAY:
        return f"{interval} after each run"
    return f"every {interval}"
