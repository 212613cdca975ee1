"""The command `loopjobs-demo`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from loopjobs_demo.play import play
from servicekit.cli.program import run_program

_DEFAULT_PORT = 8080


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
    """
    application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    application.command()(demo)
    run_program(application, "loopjobs-demo", arguments)


def demo(
    duration: Annotated[
        float | None, typer.Option(min=0.1, metavar="S", help="Seconds; until Ctrl-C without it.")
    ] = None,
    pcs: Annotated[int, typer.Option(min=1, max=99, help="How many PCs.")] = 12,
    port: Annotated[
        int,
        typer.Option(
            min=1,
            max=65_534,
            help="For Login; the next one is for AdminProvisioning. Free ones "
            "are taken where these are not.",
        ),
    ] = _DEFAULT_PORT,
    seed: Annotated[int, typer.Option(help="The same seed gives the same story.")] = 1,
) -> None:
    """Show both services and all of their jobs at work.

    A list of PCs is uploaded, the PCs come, go and fall silent, people sign in and out, and the
    jobs clean up behind them. Everything is real and on this machine only: HTTP between the
    services, and fresh SQLite databases.
    """
    play(duration, pcs, port, seed)
