"""What was measured is laid out for terminal and page."""

import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from loops.cases import CASES
from loops.cells import NOTHING
from loops.command import main
from loops.goals import GOALS
from loops.page import section_of, write_page
from loops.results import Result
from loops.show import line_of
from loops.systems import SYSTEMS
from loops.tables import tables_of
from measured import Results, Setting, load_results
from terminal import shown

SETTING = Setting("3.11.7", "Linux", 2, 0.1, "2026-01-31")
SVG = "{http://www.w3.org/2000/svg}"


def measured(system: str, case: str, cost: float) -> Result:
    """Figures in the form that a process gives."""
    figures = dict.fromkeys(("late_p50_s", "late_p99_s", "late_max_s", "kept"), 1.0)
    lives = dict.fromkeys(("ready_s", "start_s", "stop_s", "bytes_per_job"), cost)
    others = {"import_s": cost, "interval_s": cost, "cpu_per_tick_s": cost}
    return Result(case, system, 0, 0.1, figures | lives | others)


@pytest.fixture
def results() -> Results[Result]:
    """Everything was measured but docket, which could not be installed."""
    found = [
        measured(system.name, case.name, 5e-6 if system.kind == "ours" else 1e-5)
        if system.name != "docket"
        else Result(case.name, system.name, 0, 0.1, failure="could not be installed: no network")
        for case in CASES
        for system in SYSTEMS
        if system.kind in case.kinds
    ]
    return Results(SETTING, is_quick=False, results=found)


def test_a_system_without_figures_is_shown_with_the_reason(results: Results[Result]) -> None:
    """Below each table that lacks it; it is not left out in silence."""
    for table in tables_of(results.results):
        assert any(note.startswith("docket, in memory: could not be inst") for note in table.notes)
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_goals_are_judged(results: Results[Result]) -> None:
    """Those that could not be measured are left out."""
    verdicts = {goal.title: goal.verdict(results.results) for goal in GOALS}
    reached = verdicts["CPU of a tick to that of a bare loop, 1,000 at once"]
    assert reached is not None
    assert reached[1:] == ("at most 0.7", "0.5", "met")
    slower = verdicts["CPU of a tick of APScheduler 3 to ours, 1,000 at once"]
    assert slower is not None
    assert slower[1:] == ("at least 5", "2", "**missed**")
    assert all(goal.verdict([]) is None for goal in GOALS)


def test_cost_that_is_the_same_for_each_tick_grows_with_jobs_to_the_power_of_one(
    results: Results[Result],
) -> None:
    """What is fitted is the cost of all ticks together."""
    growth = next(each for each in tables_of(results.results) if "bursts grow" in each.title)
    assert {row[-1] for row in growth.rows if row[-1] != NOTHING} == {"1.00"}
    assert len(growth.rows) > 2


def test_the_page_gets_section_and_picture(results: Results[Result], tmp_path: Path) -> None:
    """They come from what was saved, and the rest of the page stays."""
    saved, page = tmp_path / "results.json", tmp_path / "reference" / "performance.md"
    page.parent.mkdir()
    page.write_text("# P\n<!-- loops: begin -->\n<!-- loops: end -->\nend\n", encoding="utf-8")
    results.save(saved)
    picture, _ = write_page(load_results(saved, Result), page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# P\n")
    assert text.endswith("\nend\n")
    assert section_of(results) in text
    lines = ET.fromstring(picture.read_text(encoding="utf-8")).findall(f"{SVG}polyline")  # noqa: S314 - our own
    assert len(lines) == sum(each.kind in {"bare", "hand", "ours", "peer"} for each in SYSTEMS) - 1


def test_a_quick_run_says_so_on_the_page(results: Results[Result]) -> None:
    """Nobody should quote it."""
    assert "A quick run" not in section_of(results)
    assert "A quick run" in section_of(Results(SETTING, is_quick=True, results=results.results))


def test_tables_and_lines_are_drawn_for_a_terminal(results: Results[Result]) -> None:
    """With notes and names."""
    console = Console(file=io.StringIO(), width=200)
    for table in tables_of(results.results):
        console.print(shown(table))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "APScheduler 4" in text
    assert "no network" in text
    assert line_of(results.results[0]).startswith("one bare: late_p50 1,000.0 ms")


def test_without_results_there_is_no_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to do."""
    assert main(["--markdown", "--output", str(tmp_path / "none.json")]) == 1
    assert "measure first" in capsys.readouterr().out
