"""A counter over time as a line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loopjobs.web._views import CounterPoint

WIDTH: Final = 240
HEIGHT: Final = 48


@dataclass(frozen=True, slots=True)
class Chart:
    """A line from the oldest value to the newest, evenly spaced: runs are what is counted."""

    line: str
    last: float
    lowest: float
    highest: float
    end_y: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_level(self) -> bool:
        """Whether all values are the same: a number says it, and a line no more than that."""
        return self.lowest == self.highest

    @property
    def area(self) -> str:
        """What is below the line."""
        return f"{self.line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z"


def chart(points: Sequence[CounterPoint]) -> Chart | None:
    """Draw a counter; the scale begins at 0, or below where values are.

    Infinite values and those that are no number are left out; `None` if nothing is left.
    """
    values = [point.value for point in points if math.isfinite(point.value)]
    if not values:
        return None
    lowest, highest = min(values), max(values)
    floor = min(0.0, lowest)
    scale = (highest - floor) or 1.0
    heights = [round(HEIGHT - (HEIGHT - 2) * (value - floor) / scale, 1) for value in values]
    step = WIDTH / max(1, len(values) - 1)
    places = [f"{round(index * step, 1):g} {y:g}" for index, y in enumerate(heights)]
    if len(places) == 1:
        places.append(f"{WIDTH} {heights[0]:g}")
    return Chart("M" + "L".join(places), values[-1], lowest, highest, heights[-1])
