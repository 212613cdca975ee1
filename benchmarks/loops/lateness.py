"""How late ticks are, and how many there are."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_EARLY = 0.02
"""So many seconds before its slot, at most a tenth of the interval, a tick is taken for early."""


@dataclass(frozen=True)
class Lateness:
    """Seconds by which half of the ticks, 99 of 100 and all of them were late at the most."""

    p50: float
    p99: float
    worst: float


def lateness_of(
    stamps: Sequence[float],
    numbers: Sequence[int],
    first_of: Callable[[int], float],
    interval: float,
) -> Lateness | None:
    """Return by how much ticks came after the latest slot of their jobs.

    Args:
        stamps: When each tick came.
        numbers: Whose tick it was.
        first_of: Gives the first slot of a job.
        interval: Seconds from slot to slot.

    Returns:
        `None` if there are no ticks.
    """
    early = min(_EARLY, interval / 10)
    late = sorted(
        max(0.0, (stamp - first_of(number) + early) % interval - early)
        for stamp, number in zip(stamps, numbers, strict=True)
    )
    if not late:
        return None
    return Lateness(_share(late, 0.5), _share(late, 0.99), late[-1])


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
