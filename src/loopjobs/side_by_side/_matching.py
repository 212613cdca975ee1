"""Which run of the one side is which of the other: arithmetic on moments only."""

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

Matches = list[tuple[int, int]]
"""Pairs of positions, one on each side."""


def match(old: Sequence[float], new: Sequence[float], tolerance: float) -> Matches:
    """Pair as many moments as can be paired, each once, no further apart than the tolerance.

    Both are in order. The earliest that fits is taken, which leaves most for those that follow.
    """
    pairs: Matches = []
    left = right = 0
    while left < len(old) and right < len(new):
        apart = new[right] - old[left]
        if abs(apart) <= tolerance:
            pairs.append((left, right))
        left += apart >= -tolerance
        right += apart <= tolerance
    return pairs


def find_phase(old: Sequence[float], new: Sequence[float], tolerance: float) -> float:
    """Return by how many seconds the new side is behind, so that most moments pair up.

    0 if they do as they are, or if nothing constant is between them.
    """
    candidates = [0.0, *_medians(old, new)]

    def worth(phase: float) -> tuple[int, float]:
        moved = [moment + phase for moment in old]
        return len(match(moved, new, tolerance)), -abs(phase)

    best = max(candidates, key=worth)
    return best if worth(best)[0] > worth(0.0)[0] else 0.0


def _medians(old: Sequence[float], new: Sequence[float]) -> list[float]:
    ahead, behind = [], []
    for moment in old:
        place = bisect_left(new, moment)
        if place < len(new):
            ahead.append(new[place] - moment)
        if place:
            behind.append(new[place - 1] - moment)
    return [median(each) for each in (ahead, behind) if each]
