"""The ledger as one bar: what became of every due slot, in proportion."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loopjobs.web._views import Slice

WIDTH: Final = 1000
_NARROWEST: Final = 14.0
"""Three failures among a million slots are still to be seen."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One outcome in the bar."""

    outcome: str
    count: int
    x: float
    width: float
    share: float
    """Of all slots that have ended, 0 to 1."""

    @property
    def percent(self) -> str:
        """The share as people write it; never 0 % for something, nor 100 % for less than all."""
        hundredths = self.share * 100
        if hundredths < 1:
            return "< 1 %"
        return "> 99 %" if 99 < hundredths < 100 else f"{hundredths:.0f} %"  # noqa: PLR2004 - percent


def ledger_bar(slices: Sequence[Slice]) -> Sequence[Segment]:
    """Draw the ledger; whatever happened at all is wide enough to be seen."""
    total = sum(each.count for each in slices)
    widths = [max(_NARROWEST, WIDTH * each.count / total) for each in slices]
    scale = WIDTH / (sum(widths) or 1)
    segments, x = [], 0.0
    for each, width in zip(slices, widths, strict=True):
        drawn = width * scale
        segments.append(
            Segment(each.outcome, each.count, round(x, 1), round(drawn, 1), each.count / total)
        )
        x += drawn
    return segments
