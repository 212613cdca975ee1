"""The benchmark of keep-alives, and its arguments."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from rich.progress import Progress, TaskID

from benchmark_command import Benchmark, Taking, run
from filling.fleet import fill
from filling.on_disk import ENGINES, place_of, settle
from intake.measuring import Plan, Result, measure
from intake.page import SECTION, line_of
from intake.shapes import Shape
from loops.environments import NotInstalledError, packages_of
from servicekit.testing import Place
from serving.preloading import preload
from terminal import progress_on

_FOLDER: Final = Path(__file__).parents[2] / "var" / "ingest"
_PCS: Final = 1_000_000
_QUICK_PCS: Final = 20_000
_SHARES: Final = (100, 10, 1)
"""Of the PCs, one size of the fleet for each: 1 in so many."""
_MANY: Final = 64
_FEW: Final = (1, 8)
_ROUNDS: Final = 3
_SECONDS: Final = 3.0
_QUICK_SECONDS: Final = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and show, or write the page; return the exit code."""
    return run(BENCHMARK, arguments)


def plans_of(engine: str, given: argparse.Namespace) -> Iterator[Plan]:
    """Give what there is to measure: shapes take turns, so that a busy minute meets them all."""
    most = given.rows or (_QUICK_PCS if given.quick else _PCS)
    seconds, rounds = (_QUICK_SECONDS, 1) if given.quick else (_SECONDS, _ROUNDS)
    for share in _SHARES:
        pcs = max(most // share, 1)
        is_in_the_middle = share == _SHARES[1]
        shapes = tuple(Shape) if is_in_the_middle else (Shape.TOGETHER, Shape.BARE)
        for number in range(rounds if is_in_the_middle else max(rounds - 1, 1)):
            for shape in shapes:
                yield Plan(engine, pcs, shape, _MANY, seconds, number)
        if is_in_the_middle:
            for connections in _FEW:
                yield Plan(engine, pcs, Shape.TOGETHER, connections, seconds)


def _measure(taking: Taking[Result]) -> None:
    given, results = taking.given, taking.results
    preload("intake.measuring")
    uvloop = _uvloop(taking)
    todo = {
        engine: [plan for plan in plans_of(engine, given) if not results.has(plan.step)]
        for engine in ([given.engine] if given.engine else ENGINES)
    }
    with progress_on(taking.console) as progress:
        task = progress.add_task("measurements", total=sum(map(len, todo.values())))
        for engine, plans in todo.items():
            possible = [plan for plan in plans if uvloop or not plan.shape.is_on_uvloop]
            if possible:
                with place_of(engine, max(plan.pcs for plan in possible)) as place:
                    _take(taking, possible, place, uvloop, (progress, task))


def _uvloop(taking: Taking[Result]) -> Path | None:
    try:
        return packages_of("uvloop", _FOLDER / "packages")
    except NotInstalledError as error:
        taking.console.print(f"not measured on uvloop: {error}", style="red", highlight=False)
        return None


def _take(
    taking: Taking[Result],
    plans: Sequence[Plan],
    place: Place,
    uvloop: Path | None,
    shown: tuple[Progress, TaskID],
) -> None:
    progress, task = shown
    for pcs, group in groupby(plans, lambda plan: plan.pcs):
        alike = list(group)
        progress.update(task, description=f"{alike[0].engine}: fill {pcs:,} PCs")
        url = place.create()
        asyncio.run(fill(url, pcs))
        settle(url)
        for plan in alike:
            what = f"{plan.pcs:,} PCs, {plan.shape}, {plan.connections} connections"
            progress.update(task, description=f"{plan.engine}: {what}")
            with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
                result = measure(plan, url, Path(folder), uvloop)
            taking.console.print(line_of(result), highlight=False)
            taking.keep(result)
            progress.advance(task)
        place.drop(url)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--rows", type=int, help="PCs of the largest fleet")


BENCHMARK: Final = Benchmark(
    "ingest",
    "Sends keep-alives as fast as Login answers.",
    Result,
    _add_arguments,
    _measure,
    SECTION.tables,
    SECTION.write,
)
