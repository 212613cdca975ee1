"""The section of the page about loops, and its picture."""

from pathlib import Path
from typing import Final

from loops.cases import CASES
from loops.figures import median_of
from loops.goals import GOALS
from loops.plot import Curve, drawn
from loops.results import Results
from loops.systems import SYSTEMS
from loops.tables import Table, tables_of
from performance_page import PAGE, put_section

_PICTURE: Final = Path("images") / "loops-growth.svg"
_ALT: Final = "CPU of all ticks of a burst against the number of jobs, one line a system"


def write_page(results: Results, page: Path = PAGE) -> list[Path]:
    """Write section and picture; return where they are."""
    picture = page.parents[1] / _PICTURE
    picture.parent.mkdir(exist_ok=True)
    picture.write_text(drawn(curves_of(results), "jobs", "ms of CPU"), encoding="utf-8")
    put_section("loops", section_of(results), page)
    return [picture, page]


def section_of(results: Results) -> str:
    """Return the section in Markdown."""
    parts = results.setting.paragraphs(is_quick=results.is_quick)
    goals = [row for goal in GOALS if (row := goal.verdict(results.results))]
    parts.append(_markdown(Table("Goals", ("", "limit", "reached", ""), tuple(goals))))
    parts += [_markdown(table) for table in tables_of(results.results)]
    parts.append(f"### All ticks of a burst\n\n![{_ALT}](../{_PICTURE.as_posix()})")
    return "\n\n".join(parts)


def curves_of(results: Results) -> list[Curve]:
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


def _markdown(table: Table) -> str:
    lines = [
        f"### {table.title}",
        "",
        f"| {' | '.join(table.columns)} |",
        f"|---{'|--:' * (len(table.columns) - 1)}|",
        *(f"| {' | '.join(row)} |" for row in table.rows),
    ]
    if table.notes:
        lines += ["", *(f"- {note}" for note in table.notes)]
    return "\n".join(lines)
