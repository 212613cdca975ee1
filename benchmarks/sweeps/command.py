"""Reads what is asked for, measures it, shows and keeps what came of it."""

import argparse
import json
import multiprocessing
from pathlib import Path
from typing import Final

from rich.console import Console

from loopjobs import SystemClock
from loops.results import Setting
from sweeps.case import Case
from sweeps.catalogue import CASES
from sweeps.measuring import measure
from sweeps.on_disk import ENGINES, TITLES, place_of
from sweeps.page import COLUMNS, GROWTH, Results, growth_of, jobs_on, row_of, write_page
from terminal import progress_on, table_of, terminal

_OUTPUT: Final = Path(__file__).parents[2] / "var" / "sweeps" / "results.json"
_SHARES: Final = (16, 4, 1)
"""Of the rows, one size for each: 1 in so many."""
_PEER_ROWS: Final = 2_000
_QUICK_SHARE: Final = 20
_LEAST_ROWS: Final = 16_000
"""The smallest size has a bulk job, and PCs and tokens enough to be cut into batches."""
_WORDS: Final = {"Job", "Database"}
"""Columns that have no numbers."""
_WIDTH: Final = 170
"""Of the tables where no terminal says how wide it is."""


def main(arguments: list[str] | None = None) -> int:
    """Measure and show, or write the page; return the exit code."""
    given = _arguments(arguments)
    console = terminal(_WIDTH)
    if given.markdown:
        return _write(given.output, console)
    results = Results(Setting.here(f"{SystemClock().now():%Y-%m-%d}"), given.quick)
    # Imported once: it takes longer than many a measurement.
    multiprocessing.get_context("forkserver").set_forkserver_preload(["sweeps.measuring"])
    _measure(given, results, console)
    for engine in ENGINES:
        rows = [row_of(each) for each in jobs_on(results.results, engine)]
        if rows:
            console.print(table_of(TITLES[engine], COLUMNS, rows, _WORDS))
    console.print(table_of("growth", GROWTH, growth_of(results.results), _WORDS))
    console.print(f"written to {given.output}", highlight=False)
    return 0


def _write(path: Path, console: Console) -> int:
    if not path.exists():
        console.print(f"{path} is not there: measure first, without --markdown", style="red")
        return 1
    write_page(Results.of(json.loads(path.read_text(encoding="utf-8"))))
    return 0


def _measure(given: argparse.Namespace, results: Results, console: Console) -> None:
    cases = [case for case in CASES if given.case in {None, case.name}]
    engines = [given.engine] if given.engine else ENGINES
    with progress_on(console) as progress:
        total = len(engines) * len(cases) * (len(_SHARES) + 1)
        task = progress.add_task("measurements", total=total)
        for engine in engines:
            with place_of(engine) as place:
                for case in cases:
                    for rows, is_peer in _sizes(case, given):
                        what = "row by row" if is_peer else f"{rows:,} rows"
                        progress.update(task, description=f"{case.name} on {engine}: {what}")
                        result = measure(case.name, engine, rows, place, is_peer=is_peer)
                        results.results.append(result)
                        _save(results, given.output)
                        progress.advance(task)


def _sizes(case: Case, given: argparse.Namespace) -> list[tuple[int, bool]]:
    rows = given.rows or (case.full_rows // _QUICK_SHARE if given.quick else case.full_rows)
    rows = max(rows, _LEAST_ROWS)
    return [(_PEER_ROWS, True), *((rows // share, False) for share in _SHARES)]


def _save(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results.as_document(), indent=1), encoding="utf-8")


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Runs the jobs over many rows while another client writes."
    )
    parser.add_argument("--case", choices=[case.name for case in CASES])
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--rows", type=int, help="the largest size, instead of the specified one")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the rows")
    parser.add_argument("--output", type=Path, default=_OUTPUT, help="where results are kept")
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing; write the section of the page"
    )
    return parser.parse_args(arguments)
