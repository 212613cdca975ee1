"""How a simulated PC spends its time: decided by the seed, not by the answers it gets."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """How a PC stops being online."""

    LEAVES = "leaves"
    """It says that it is being switched off."""
    FALLS_SILENT = "falls silent"
    """It just stops: a pulled plug, a crash, a broken network."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One stay of a PC, from its coming until it comes again."""

    online_for: float
    ending: Ending
    away_for: float


@dataclass(frozen=True, slots=True)
class LifePattern:
    """What the lives of a fleet have in common."""

    mean_stay: float = 120.0
    """Seconds a PC is online at a time, on average; each stay is half to one and a half of it."""
    mean_absence: float = 40.0
    """Seconds a PC is away at a time, likewise."""
    silent_share: float = 0.5
    """The share of stays that end without a word."""
    ramp: float = 1.0
    """Seconds over which the fleet comes online at the beginning."""


def chapters(pattern: LifePattern, chance: random.Random) -> Iterator[Chapter]:
    """Yield the stays of one PC without end.

    The first is cut at random, for the simulation joins each life somewhere in the middle.
    """
    cut = chance.random()
    while True:
        yield Chapter(
            online_for=cut * _around(pattern.mean_stay, chance),
            ending=(
                Ending.FALLS_SILENT if chance.random() < pattern.silent_share else Ending.LEAVES
            ),
            away_for=_around(pattern.mean_absence, chance),
        )
        cut = 1.0


def _around(mean: float, chance: random.Random) -> float:
    return mean * chance.uniform(0.5, 1.5)
