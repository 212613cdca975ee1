"""Medians, and ratios of pairs."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from loops.cases import Case
from loops.results import Result, of_case
from loops.systems import ListedSystem, system_named

BEHIND: Final = 0.5
"""A system has fallen behind if less than this share of its ticks comes within the window."""


def median_of(results: Sequence[Result], case: str, system: str, figure: str) -> float | None:
    """Return the median over all rounds; `None` where nothing was measured."""
    found = of_case(results, case, system)
    values = [each.figures[figure] for each in found if figure in each.figures]
    return median(values) if values else None


def ratio_of(results: Sequence[Result], case: str, system: str, figure: str) -> float | None:
    """Return the median of the ratios of rounds, to the system that this one is compared with.

    Rounds in which one of the two has no figure are left out; `None` where that is all of them.
    """
    against = {each.round: each for each in of_case(results, case, system_named(system).against)}
    ratios = [
        own.figures[figure] / other.figures[figure]
        for own in of_case(results, case, system)
        if (other := against.get(own.round)) and figure in own.figures and other.figures.get(figure)
    ]
    return median(ratios) if ratios else None


def failure_of(results: Sequence[Result], case: str, system: str) -> str | None:
    """Return why nothing was measured in any round, if so, or nothing of a tick."""
    found = of_case(results, case, system)
    if any(each.figures.get("ticks", 1.0) and each.failure is None for each in found):
        return None
    return (found[0].failure or "no tick came") if found else None


def is_behind(results: Sequence[Result], case: Case, system: ListedSystem) -> bool:
    """Return whether the system could not do what the case asks for, or only part of it."""
    found = of_case(results, case.name, system.name)
    return bool(found) and all(
        each.failure is not None or each.figures.get("kept", 1.0) < BEHIND for each in found
    )
