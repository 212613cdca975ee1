"""Running a command line as the whole of a process."""

import io
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from loopjobs import BuildError
from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._surroundings import Surroundings
from loopjobs.cli._text import safe_lines


def run_program(
    application: typer.Typer,
    name: str,
    arguments: Sequence[str] | None = None,
    surroundings: Surroundings | None = None,
) -> NoReturn:
    """Run a command line; ends the process.

    Args:
        application: The commands.
        name: What people call the program.
        arguments: What follows the name, instead of the process's own.
        surroundings: What the commands find around them, instead of the real world.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that knows fewer letters shows the others as escapes.
            stream.reconfigure(errors="backslashreplace")
    try:
        application(arguments, prog_name=name, obj=surroundings or Surroundings())
    except (CommandError, BuildError) as error:
        sys.stderr.write(f"{name}: {safe_lines(str(error))}\n")
        sys.exit(error.exit_code if isinstance(error, CommandError) else ExitCode.MISTAKE)
    sys.exit()
