"""The benchmark of the jobs, and its arguments."""

import argparse
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.progress import Progress, TaskID

from benchmark_command import Benchmark, Taking, run
from filling.on_disk import ENGINES, place_of
from servicekit.testing import Place
from serving.preloading import preload
from sweeps.case import Case
from sweeps.catalogue import CASES
from sweeps.measuring import Plan, Result, filled
from sweeps.page import SECTION, line_of
from terminal import progress_on

_PEERS_SHARES: Final = (1_000, 250)
"""The peer, and the job beside it, have 1 in so many of the rows: it would take all day."""
_SHARES: Final = (100, 10, 1)
"""Further sizes."""
_QUICK_SHARE: Final = 50
_LEAST_ROWS: Final = 10_000
"""The smallest size has a job or a batch of everything."""
_SECONDS_OFF: Final = 40.0
"""With 5 sign-ins a second: of fewer than 200 the p99 is the longest."""
_QUICK_SECONDS_OFF: Final = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and show, or write the page; return the exit code."""
    return run(BENCHMARK, arguments)


def plans_of(case: Case, engine: str, given: argparse.Namespace) -> Iterator[Plan]:
    """Give what there is to measure, the smallest sizes first, and the peer with them."""
    most = given.rows or (case.full_rows // _QUICK_SHARE if given.quick else case.full_rows)
    most = max(most, _LEAST_ROWS)
    for share in _PEERS_SHARES:
        yield Plan(case.name, engine, most // share, is_peer=True)
        yield Plan(case.name, engine, most // share)
    for share in _SHARES[:-1]:
        yield Plan(case.name, engine, most // share)
    seconds = _QUICK_SECONDS_OFF if given.quick else _SECONDS_OFF
    yield Plan(case.name, engine, most, seconds_off=seconds)


def _measure(taking: Taking[Result]) -> None:
    given, results = taking.given, taking.results
    preload("sweeps.measuring")
    cases = [case for case in CASES if given.case in {None, case.name}]
    engines = [given.engine] if given.engine else ENGINES
    todo = {
        (engine, case.name): [
            plan for plan in plans_of(case, engine, given) if not results.has(plan.step)
        ]
        for engine in engines
        for case in cases
    }
    with progress_on(taking.console) as progress:
        task = progress.add_task("measurements", total=sum(map(len, todo.values())))
        for engine in engines:
            plans = [plan for case in cases for plan in todo[engine, case.name]]
            if plans:
                with place_of(engine, max(plan.rows for plan in plans)) as place:
                    for case in cases:
                        _take(taking, case, todo[engine, case.name], place, (progress, task))


def _take(
    taking: Taking[Result],
    case: Case,
    plans: Sequence[Plan],
    place: Place,
    shown: tuple[Progress, TaskID],
) -> None:
    progress, task = shown
    for rows, group in groupby(plans, lambda plan: plan.rows):
        alike = list(group)
        what = f"{case.name} on {alike[0].engine}, {rows:,} rows"
        progress.update(task, description=f"{what}: fill")
        with filled(case, place, rows) as database:
            for plan in alike:
                how = "row by row" if plan.is_peer else "job"
                progress.update(task, description=f"{what}: {how}")
                result = database.measure(plan, is_last=plan is alike[-1])
                taking.console.print(line_of(result), highlight=False)
                taking.keep(result)
                progress.advance(task)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--case", choices=[case.name for case in CASES])
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--rows", type=int, help="the largest size, instead of the specified one")


BENCHMARK: Final = Benchmark(
    "sweeps",
    "Runs the jobs of the services over many rows, while requests come in.",
    Result,
    _add_arguments,
    _measure,
    SECTION.tables,
    SECTION.write,
)
