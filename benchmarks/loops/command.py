"""The benchmark of the loops, and its arguments."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmark_command import Benchmark, Taking, run
from loops.campaign import Campaign, steps_of
from loops.cases import CASES, Case
from loops.page import write_page
from loops.results import Result
from loops.show import line_of
from loops.systems import SYSTEMS, ListedSystem, system_named
from loops.tables import tables_of
from terminal import progress_on

_FOLDER: Final = Path(__file__).parents[2] / "var" / "loops"
_QUICK_CASES: Final = ("one", "burst-100", "burst-1000", "spread-1000", "idle", "import")
_QUICK_SECONDS: Final = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and show, or write the page; return the exit code."""
    return run(BENCHMARK, arguments)


def _measure(taking: Taking[Result]) -> None:
    given, results, console = taking.given, taking.results, taking.console
    cases, systems = _cases(given), _systems(given)
    steps = steps_of(cases, systems, 1 if given.quick and not given.rounds else given.rounds)
    steps = [step for step in steps if not results.has(step.key)]
    campaign = Campaign(_FOLDER / "environments", _QUICK_SECONDS if given.quick else None)
    campaign.results = list(results.results)
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
            taking.keep(result)
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


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    cases, systems = [each.name for each in CASES], [each.name for each in SYSTEMS]
    parser.add_argument("--case", nargs="+", choices=cases, metavar="NAME", help=", ".join(cases))
    parser.add_argument(
        "--system", nargs="+", choices=systems, metavar="NAME", help=", ".join(systems)
    )
    parser.add_argument("--rounds", type=_rounds, help="so many, instead of what each case says")


BENCHMARK: Final = Benchmark(
    "loops",
    "Measures loopjobs against hand-written loops and its peers.",
    Result,
    _add_arguments,
    _measure,
    tables_of,
    write_page,
    width=200,
)
