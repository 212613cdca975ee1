"""The command line as a whole."""

from typing import Annotated

import typer

from loopjobs import __version__
from loopjobs.cli._check import check
from loopjobs.cli._compare.command import compare_runs
from loopjobs.cli._consoles import results
from loopjobs.cli._list import list_jobs
from loopjobs.cli._migrate.command import migrate
from loopjobs.cli._plan.command import plan
from loopjobs.cli._remote.pausing import pause, resume
from loopjobs.cli._remote.status import status
from loopjobs.cli._remote.trigger import trigger
from loopjobs.cli._running.run import run
from loopjobs.cli._running.run_once import run_job_once


def _show_version(asked: bool) -> None:  # noqa: FBT001 - how Typer calls back
    if asked:
        results().print(f"loopjobs {__version__}")
        raise typer.Exit


def _command(
    version: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    pass


def application() -> typer.Typer:
    """Return the commands."""
    commands = typer.Typer(
        help="Checks, shows and runs loop jobs, those of a running service as well.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    commands.callback()(_command)
    commands.command()(check)
    commands.command("list")(list_jobs)
    commands.command()(run)
    commands.command("run-once")(run_job_once)
    commands.command()(plan)
    for command in (status, trigger, pause, resume):
        commands.command()(command)
    commands.command()(migrate)
    commands.command("compare")(compare_runs)
    return commands
