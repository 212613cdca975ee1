"""Reads what is asked for, does it, shows what came of it."""

import argparse
import multiprocessing
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chaos.catalogue import CATALOGUE
from chaos.cluster import NothingCameError
from chaos.engines import ENGINES, Engine
from chaos.fault import Fault, Stage, scaled
from chaos.figures import Figure
from chaos.report import line_of, table_of
from loopjobs import SystemClock

_COMPLETE: Final = "postgresql"
"""All of the catalogue is done to it; to others what is the same for each store."""
_WIDTH: Final = 200
"""Of the table where no terminal says how wide it is, or it is for a page."""


def main() -> int:
    """Do the faults that were asked for; return 1 if a figure was missed."""
    given = _arguments()
    clock = SystemClock()
    # Replicas are forked from a process that has done the imports, most of what a start costs.
    multiprocessing.get_context("forkserver").set_forkserver_preload(["chaos.replica"])
    console = Console()
    if given.markdown or not console.is_terminal:
        console.width = _WIDTH
    chosen = [
        each
        for each in CATALOGUE
        if (not given.fault or each.name in given.fault)
        and (each.is_for_all or given.engine == _COMPLETE)
    ]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    figures: list[Figure] = []
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ENGINES[given.engine]() as engine,
    ):
        for fault in chosen:
            measured = _measured(fault, engine, clock, given.scale, progress)
            for figure in measured:
                console.print(line_of(figure), highlight=False)
            figures += measured
    title = f"{given.engine}, scale {given.scale:g}, {clock.now():%Y-%m-%d}"
    console.print(table_of(figures, title, is_markdown=given.markdown))
    return int(any(figure.is_met is False for figure in figures))


def _measured(
    fault: Fault, engine: Engine, clock: SystemClock, scale: float, progress: Progress
) -> Sequence[Figure]:
    times = scaled(fault.repetitions, scale)
    task = progress.add_task(fault.name, total=times)
    stage = Stage(engine, clock, lambda done: progress.advance(task, done))
    try:
        figures = fault.run(stage, fault.name, times)
    except NothingCameError as error:
        return [Figure(fault.name, times, "what it waits for comes", str(error), is_met=False)]
    finally:
        progress.stop_task(task)
    progress.update(task, completed=times)
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Does to a cluster of real processes all that can go wrong, and judges it."
    )
    names = [fault.name for fault in CATALOGUE]
    parser.add_argument("--fault", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--scale", type=float, default=1.0, help="share of the repetitions")
    parser.add_argument("--engine", choices=list(ENGINES), default="postgresql")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args()
