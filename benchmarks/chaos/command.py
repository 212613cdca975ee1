"""Reads what is asked for, does it, shows what came of it."""

import argparse
import multiprocessing
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from chaos.case import Case, cases
from chaos.catalogue import CATALOGUE
from chaos.engines import ENGINES
from chaos.figures import Figure
from chaos.report import line_of, table_of
from chaos.side_by_side import PRELOADED, SideBySide
from loopjobs import SystemClock

_WIDTH: Final = 200
"""Of the table where no terminal says how wide it is, or it is for a page."""


def main() -> int:
    """Do the faults that were asked for; return 1 if a figure was missed."""
    given = _arguments()
    multiprocessing.get_context("forkserver").set_forkserver_preload([*PRELOADED])
    console = Console()
    if given.markdown or not console.is_terminal:
        console.width = _WIDTH
    chosen = [
        each
        for each in cases(given.engine, scale=given.scale)
        if not given.fault or each.fault in given.fault
    ]
    figures = _measured(chosen, given.jobs, console)
    title = f"{given.engine}, scale {given.scale:g}, {SystemClock().now():%Y-%m-%d}"
    console.print(table_of(figures, title, is_markdown=given.markdown))
    return int(any(figure.is_met is False for figure in figures))


def _measured(chosen: list[Case], jobs: int, console: Console) -> list[Figure]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    figures: list[Figure] = []
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        tasks: dict[Case, TaskID] = {}

        def note(case: Case, done: float) -> None:
            if case not in tasks:
                tasks[case] = progress.add_task(case.title, total=case.times)
            progress.advance(tasks[case], done)

        with SideBySide(chosen, jobs, on_progress=note) as performances:
            for case in chosen:
                measured = performances.figures(case)
                if case in tasks:
                    progress.update(tasks[case], completed=case.times)
                    progress.stop_task(tasks[case])
                for figure in measured:
                    console.print(line_of(figure), highlight=False)
                figures += measured
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Does to a cluster of real processes all that can go wrong, and judges it."
    )
    names = [fault.name for fault in CATALOGUE]
    parser.add_argument("--fault", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--scale", type=float, default=1.0, help="share of the repetitions")
    parser.add_argument("--engine", choices=list(ENGINES), default="postgresql")
    parser.add_argument(
        "--jobs", type=int, default=1, help="how many at once, each in its own store"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args()
