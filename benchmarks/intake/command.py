"""Reads what is asked for, measures it, shows and keeps what came of it."""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from intake.fleet import fill
from intake.measuring import Plan, measure
from intake.page import COLUMNS, RATIOS, Results, ratios_of, row_of, write_page
from intake.shapes import Shape
from loopjobs import SystemClock
from loops.results import Setting
from sweeps.on_disk import ENGINES, TITLES, place_of
from terminal import progress_on, table_of, terminal

_OUTPUT: Final = Path(__file__).parents[2] / "var" / "ingest" / "results.json"
_PCS: Final = 1_000_000
_QUICK_PCS: Final = 20_000
_SHARES: Final = (100, 10, 1)
"""Of the PCs, one size of the fleet for each: 1 in so many."""
_CONNECTIONS: Final = 64
_FEW: Final = (1, 8)
_SECONDS: Final = 8.0
_QUICK_SECONDS: Final = 3.0
_WORDS: Final = {"Keep-alives", "Database"}
"""Columns that have no numbers."""
_WIDTH: Final = 140


def main(arguments: list[str] | None = None) -> int:
    """Measure and show, or write the page; return the exit code."""
    given = _arguments(arguments)
    console = terminal(_WIDTH)
    if given.markdown:
        return _write(given.output, console)
    results = Results(Setting.here(f"{SystemClock().now():%Y-%m-%d}"), given.quick)
    # Imported once: it takes longer than many a measurement.
    multiprocessing.get_context("forkserver").set_forkserver_preload(["intake.measuring"])
    _measure(given, results, console)
    for engine in ENGINES:
        rows = [row_of(each) for each in results.results if each.engine == engine]
        if rows:
            console.print(table_of(TITLES[engine], COLUMNS, rows, _WORDS))
    console.print(table_of("ratios", RATIOS, ratios_of(results.results), _WORDS))
    console.print(f"written to {given.output}", highlight=False)
    return 0


def _write(path: Path, console: Console) -> int:
    if not path.exists():
        console.print(f"{path} is not there: measure first, without --markdown", style="red")
        return 1
    write_page(Results.of(json.loads(path.read_text(encoding="utf-8"))))
    return 0


def _measure(given: argparse.Namespace, results: Results, console: Console) -> None:
    engines = [given.engine] if given.engine else ENGINES
    most = given.rows or (_QUICK_PCS if given.quick else _PCS)
    with progress_on(console) as progress:
        plans = {engine: list(_plans(engine, most, given.quick)) for engine in engines}
        task = progress.add_task("measurements", total=sum(map(len, plans.values())))
        for engine in engines:
            with place_of(engine) as place:
                for pcs in dict.fromkeys(plan.pcs for plan in plans[engine]):
                    progress.update(task, description=f"{engine}: fill {pcs:,} PCs")
                    url = place.create()
                    asyncio.run(fill(url, pcs))
                    for plan in (plan for plan in plans[engine] if plan.pcs == pcs):
                        progress.update(task, description=_described(plan))
                        with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
                            results.results.append(measure(plan, url, Path(folder)))
                        _save(results, given.output)
                        progress.advance(task)
                    place.drop(url)


def _plans(engine: str, most: int, quick: bool) -> Iterator[Plan]:  # noqa: FBT001 - one of the arguments
    seconds = _QUICK_SECONDS if quick else _SECONDS
    for share in _SHARES:
        pcs = max(most // share, 1)
        yield Plan(engine, pcs, Shape.TOGETHER, _CONNECTIONS, seconds)
        if share == _SHARES[1]:
            yield Plan(engine, pcs, Shape.ONE_BY_ONE, _CONNECTIONS, seconds)
            yield Plan(engine, pcs, Shape.BARE, 0, seconds)
            for connections in _FEW:
                yield Plan(engine, pcs, Shape.TOGETHER, connections, seconds)


def _described(plan: Plan) -> str:
    return f"{plan.engine}: {plan.pcs:,} PCs, {plan.shape}, {plan.connections} connections"


def _save(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results.as_document(), indent=1), encoding="utf-8")


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Sends keep-alives as fast as Login answers.")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--rows", type=int, help="PCs of the largest fleet")
    parser.add_argument("--quick", action="store_true", help="small fleets, short measurements")
    parser.add_argument("--output", type=Path, default=_OUTPUT, help="where results are kept")
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing; write the section of the page"
    )
    return parser.parse_args(arguments)
