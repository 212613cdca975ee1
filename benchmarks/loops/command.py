"""Reads what is asked for, measures it, shows and keeps what came of it."""

import argparse
from pathlib import Path
from typing import Final

from rich.console import Console

from loopjobs import SystemClock
from loops.campaign import Campaign, steps_of
from loops.cases import CASES, Case
from loops.page import write_page
from loops.results import Results, Setting, load_results
from loops.show import line_of, shown
from loops.systems import SYSTEMS, ListedSystem, system_named
from loops.tables import tables_of
from terminal import progress_on, terminal

_FOLDER: Final = Path(__file__).parents[2] / "var" / "loops"
_QUICK_CASES: Final = ("one", "burst-100", "burst-1000", "spread-1000", "idle", "import")
_QUICK_SECONDS: Final = 0.5
_INTERRUPTED: Final = 130
_WIDTH: Final = 200
"""Of tables where no terminal says how wide it is."""


def main(arguments: list[str] | None = None) -> int:
    """Measure and show, or write the page; return the exit code."""
    given = _arguments(arguments)
    console = terminal(_WIDTH)
    if given.markdown:
        return _write(given.output, console)
    results = Results(Setting.here(f"{SystemClock().now():%Y-%m-%d}"), given.quick)
    try:
        _measure(given, results, console)
    except KeyboardInterrupt:
        console.print(f"interrupted; what was measured is in {given.output}", highlight=False)
        return _INTERRUPTED
    for table in tables_of(results.results):
        console.print(shown(table))
    console.print(f"written to {given.output}", highlight=False)
    return 0


def _write(path: Path, console: Console) -> int:
    if not path.exists():
        console.print(f"{path} is not there: measure first, without --markdown", style="red")
        return 1
    for written in write_page(load_results(path)):
        console.print(f"written: {written}", highlight=False)
    return 0


def _measure(given: argparse.Namespace, results: Results, console: Console) -> None:
    cases, systems = _cases(given), _systems(given)
    steps = steps_of(cases, systems, 1 if given.quick and not given.rounds else given.rounds)
    campaign = Campaign(_FOLDER / "environments", _QUICK_SECONDS if given.quick else None)
    results.results = campaign.results
    with progress_on(console) as progress:
        needed = dict.fromkeys(step.system.environment for step in steps)
        making = progress.add_task("environments", total=len(needed))
        for environment in needed:
            progress.update(making, description=f"environment {environment}")
            if failure := campaign.prepare(environment):
                console.print(f"{environment}: {failure}", style="red", highlight=False)
            progress.advance(making)
        task = progress.add_task("measurements", total=len(steps))
        for step in steps:
            progress.update(task, description=f"{step.case.name} {step.system.name}")
            result = campaign.take(step)
            console.print(line_of(result), highlight=False)
            results.save(given.output)
            progress.advance(task)


def _cases(given: argparse.Namespace) -> list[Case]:
    names = given.case or (_QUICK_CASES if given.quick else None)
    return [case for case in CASES if names is None or case.name in names]


def _systems(given: argparse.Namespace) -> list[ListedSystem]:
    """Return those that were asked for, and those that they are compared with."""
    names = {*(given.system or (system.name for system in SYSTEMS))}
    names |= {system_named(name).against for name in names}
    return [system for system in SYSTEMS if system.name in names]


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of at least 1, not {text}")
    return int(text)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measures loopjobs against hand-written loops and its peers."
    )
    cases, systems = [each.name for each in CASES], [each.name for each in SYSTEMS]
    parser.add_argument("--case", nargs="+", choices=cases, metavar="NAME", help=", ".join(cases))
    parser.add_argument(
        "--system", nargs="+", choices=systems, metavar="NAME", help=", ".join(systems)
    )
    parser.add_argument("--rounds", type=_rounds, help="so many, instead of what each case says")
    parser.add_argument("--quick", action="store_true", help="few cases, one short round")
    parser.add_argument("--output", type=Path, default=_FOLDER / "results.json")
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing: write the page of the docs"
    )
    return parser.parse_args(arguments)
