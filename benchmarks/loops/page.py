"""The section of the page about loops, and its picture."""

from pathlib import Path
from typing import Final

from loops.cases import CASES
from loops.figures import median_of
from loops.goals import GOALS
from loops.results import Result
from loops.systems import SYSTEMS
from loops.tables import tables_of
from measured import Results
from performance_page import PAGE, Table, picture_of, put_picture, put_section
from plot import Curve, drawn

_PICTURE: Final = "loops-growth.svg"
_ALT: Final = "CPU of all ticks of a burst against the number of jobs, one line a system"


def write_page(results: Results[Result], page: Path = PAGE) -> list[Path]:
    """Write section and picture; return where they are."""
    picture = put_picture(_PICTURE, drawn(curves_of(results), "jobs", "ms of CPU"), page)
    put_section("loops", section_of(results), page)
    return [picture, page]


def section_of(results: Results[Result]) -> str:
    """Return the section in Markdown."""
    parts = results.paragraphs()
    goals = [row for goal in GOALS if (row := goal.verdict(results.results))]
    parts.append(Table("Goals", ("", "limit", "reached", ""), tuple(goals)).markdown())
    parts += [table.markdown() for table in tables_of(results.results)]
    parts.append(picture_of("All ticks of a burst", _ALT, _PICTURE))
    return "\n\n".join(parts)


def curves_of(results: Results[Result]) -> list[Curve]:
    """Return the milliseconds of CPU that a burst takes, by the number of jobs."""
    curves = []
    for system in SYSTEMS:
        if system.kind == "variant":
            continue
        points = [
            (float(case.jobs), cost * case.jobs * 1e3)
            for case in CASES
            if case.is_a_size and not case.is_spread
            if (cost := median_of(results.results, case.name, system.name, "cpu_per_tick_s"))
        ]
        if points:
            title = system.title.replace("*", "").replace("`", "")
            curves.append(Curve(title, points, is_bold=system.kind == "ours"))
    return curves
