"""Running a command line as the whole of a process."""

import sys
from collections.abc import Sequence

import typer

from servicekit.cli.mistakes import CommandError


def run_program(application: typer.Typer, name: str, arguments: Sequence[str] | None) -> None:
    """Run a command line; ends the process.

    Args:
        application: the commands.
        name: what people call the program.
        arguments: what follows the name, instead of the process's own.
    """
    try:
        application(arguments, prog_name=name)
    except CommandError as error:
        typer.echo(f"{name}: {error}", err=True)
        sys.exit(error.exit_code)
