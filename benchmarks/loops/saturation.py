"""The shortest interval at which a system keeps its ticks."""

from collections.abc import Callable
from typing import Final

KEPT: Final = 0.98
"""A system keeps its ticks if at least this share of them comes within the window."""
_STEP: Final = 1.25
_MOST_PROBES: Final = 8


def shortest_interval(guess: float, longest: float, keeps: Callable[[float], bool]) -> float | None:
    """Walk from a guess, a quarter at a time, to where ticks begin to be lost.

    Args:
        guess: Seconds.
        longest: Seconds; no longer interval is tried.
        keeps: Tells whether all ticks are kept at an interval of so many seconds.

    Returns:
        The shortest interval that was seen to be kept, or `None` if none was.
    """
    interval, shortest = guess, None
    for _ in range(_MOST_PROBES):
        if interval > longest:
            break
        if keeps(interval):
            has_turned, shortest = interval > guess, interval
            interval /= _STEP
        else:
            has_turned = shortest is not None
            interval *= _STEP
        if has_turned:
            break
    return shortest
