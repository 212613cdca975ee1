"""Recent runs as a row of bars: the higher, the longer, the color is the outcome."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from loopjobs.web._views import Spark
from loopjobs.web._words import TROUBLES, plain
from loopjobs.wording import span

SLOTS: Final = 50
STEP: Final = 3
HEIGHT: Final = 24
_LOWEST: Final = 2.0
_MARK: Final = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One run."""

    run: Spark
    x: int
    height: float

    @property
    def y(self) -> float:
        """Where it begins, from the top."""
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The runs of one job, oldest first, set flush right so that the newest are in one line."""

    bars: Sequence[Bar]
    text: str
    """The same in words."""
    width: int = SLOTS * STEP
    height: int = HEIGHT + _MARK
    floor: int = HEIGHT

    @property
    def paths(self) -> Mapping[str, str]:
        """One path an outcome: a hundred jobs of fifty runs are 5,000 bars, and no more nodes."""
        paths: dict[str, str] = {}
        for bar in self.bars:
            stroke = f"M{bar.x + 1} {HEIGHT}V{bar.y:g}"
            paths[bar.run.outcome] = paths.get(bar.run.outcome, "") + stroke
        return paths

    @property
    def marks(self) -> str:
        """A dot below each run that is trouble: its color alone would not tell everybody."""
        dots = (f"M{bar.x} {HEIGHT + _MARK - 1.5}h2" for bar in self.bars if is_trouble(bar.run))
        return "".join(dots)


def sparkline(recent: Sequence[Spark]) -> Sparkline:
    """Draw the last runs; the longest of them is the full height."""
    shown = recent[-SLOTS:]
    longest = max((run.duration for run in shown), default=0.0) or 1.0
    first = SLOTS - len(shown)
    bars = [
        Bar(run, (first + index) * STEP, _height(run.duration / longest))
        for index, run in enumerate(shown)
    ]
    return Sparkline(bars, _in_words(shown))


def _height(share: float) -> float:
    """Return the height for a share of the longest run: its root, so that no outlier hides all."""
    return round(max(_LOWEST, HEIGHT * math.sqrt(share)), 1)


def is_trouble(run: Spark) -> bool:
    """Say whether somebody should look at it."""
    return run.outcome in TROUBLES


def _in_words(runs: Sequence[Spark]) -> str:
    if not runs:
        return "No runs yet"
    counts: dict[str, int] = {}
    for run in runs:
        counts[run.outcome] = counts.get(run.outcome, 0) + 1
    parts = ", ".join(f"{count} {plain(outcome)}" for outcome, count in counts.items())
    longest = span(max(run.duration for run in runs))
    runs_said = "The last run" if len(runs) == 1 else f"The last {len(runs)} runs"
    return f"{runs_said}: {parts}; the longest took {longest}"
