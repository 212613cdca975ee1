"""Durations and distances in time, as a person says them."""

from datetime import datetime
from typing import Final

_UNITS: Final = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))
_TENTHS_BELOW: Final = 10


def span(seconds: float | None) -> str:
    """Return a duration: `340 ms`, `2.3 s`, `4 min 12 s`; a dash for none."""
    if seconds is None:
        return "\N{EN DASH}"
    if 0 < seconds < 1:
        thousandths = round(seconds * 1000)
        return f"{thousandths} ms" if thousandths else "< 1 ms"
    if 0 < seconds < _TENTHS_BELOW:
        return f"{seconds:.1f} s"
    return whole(seconds)


def whole(seconds: float) -> str:
    """Return a duration in whole seconds, two units at most; the script of the page counts so."""
    rest = max(0, int(seconds))
    for name, length, next_name, next_length in _UNITS:
        if rest >= length:
            less = rest % length // next_length
            return f"{rest // length} {name}" + (f" {less} {next_name}" if less else "")
    return f"{rest} s"


def ago(at: datetime, now: datetime) -> str:
    """Return how long something is past."""
    return f"{whole((now - at).total_seconds())} ago"


def until(at: datetime, now: datetime) -> str:
    """Return how far something is ahead."""
    seconds = (at - now).total_seconds()
    return f"in {whole(seconds)}" if seconds >= 1 else "now"


def absolute(at: datetime) -> str:
    """Return an instant in full, as the logs have it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def clock_time(at: datetime, now: datetime) -> str:
    """Return an instant as short as it is clear; the date only if it is not today's."""
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M:%S}"
