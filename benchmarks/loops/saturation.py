"""The shortest interval at which a system keeps its ticks."""

from collections.abc import Callable
from typing import Final

KEPT: Final = 0.98
"""A system keeps its ticks if at least this share of them comes within the window."""
_STEP: Final = 1.25
_MOST_PROBES: Final = 8


def shortest_interval(guess: float, keeps: Callable[[float], bool]) -> float | None:
    """Walk from a guess, a quarter at a time, to where ticks begin to be lost.

    Args:
        guess: Seconds.
        keeps: Tells whether all ticks are kept at an interval of so many seconds.

    Returns:
        The shortest interval that was seen to be kept, or `None` if none was.
    """
    interval, shortest = guess, None
    did_keep = keeps(interval)
    for _ in range(_MOST_PROBES - 1):
        if did_keep:
            shortest = interval
        interval = interval / _STEP if did_keep else interval * _STEP
        kept_before, did_keep = did_keep, keeps(interval)
        if did_keep != kept_before:
            break
    return interval if did_keep else shortest
