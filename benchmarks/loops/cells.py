"""How figures are written into the cells of a table."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from loops.figures import median_of, ratio_of
from loops.results import Result

Cell: TypeAlias = Callable[[Sequence[Result], str, str], str]
"""Gives the text for a case and a system."""

NOTHING: Final = "–"  # noqa: RUF001 - a dash, as in print
MS: Final = 1e3
US: Final = 1e6


def ratio(figure: str) -> Cell:
    """Return a cell with the ratio to the system that a system is compared with."""

    def cell(results: Sequence[Result], case: str, system: str) -> str:
        found = ratio_of(results, case, system, figure)
        return NOTHING if found is None else f"{found:.2f}"

    return cell


def scaled(figure: str, factor: float, form: str) -> Cell:
    """Return a cell with the median, in a unit of its own."""

    def cell(results: Sequence[Result], case: str, system: str) -> str:
        found = median_of(results, case, system, figure)
        return NOTHING if found is None else format(found * factor, form)

    return cell


def above_bare(results: Sequence[Result], case: str, system: str) -> str:
    """Return a cell with the bytes of a job above those of a bare loop."""
    own = median_of(results, case, system, "bytes_per_job")
    bare = median_of(results, case, "bare", "bytes_per_job")
    return NOTHING if own is None or bare is None else f"{own - bare:+,.0f}"


def late(results: Sequence[Result], case: str, system: str) -> str:
    """Return a cell with the milliseconds that half, 99 of 100 and all ticks were late at most."""
    figures = ("late_p50_s", "late_p99_s", "late_max_s")
    found = [median_of(results, case, system, figure) for figure in figures]
    return " / ".join(f"{each * MS:.1f}" for each in found if each is not None) or NOTHING
