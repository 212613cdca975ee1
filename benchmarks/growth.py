"""How cost grows with size."""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Final

_LEAST_SIZES: Final = 3


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float | None:
    """Return the power of the size with which the cost grows: with 1, both double together.

    Fitted by least squares of the logarithms; `None` for fewer than three sizes.
    """
    if len(sizes) < _LEAST_SIZES:
        return None
    across = [math.log(size) for size in sizes]
    up = [math.log(cost) for cost in costs]
    middle, height = fmean(across), fmean(up)
    slope = sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True))
    return slope / sum((x - middle) ** 2 for x in across)
