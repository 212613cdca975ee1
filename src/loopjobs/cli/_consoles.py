"""Where the command prints: results on standard output, everything else on standard error."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Final, NoReturn

from rich.console import Console

from loopjobs.cli._mistakes import ExitCode

_WIDTH_OF_A_PIPE: Final = 200


class ProgramConsole(Console):
    """A console that ends the command in silence when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """End like a program that SIGPIPE ends."""
        end_of_pipe()


def results() -> Console:
    """Return where results go; a pipe is no narrow terminal, so lines are not folded there."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH_OF_A_PIPE
    return ProgramConsole(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def asides() -> Console:
    """Return where progress goes."""
    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def can_be_drawn_over(console: Console) -> bool:
    """Whether it is a terminal with a person before it; colors may be forced upon any file."""
    return console.is_interactive and console.file.isatty()


def print_document(document: object, *, indent: int | None = 2) -> None:
    """Print one JSON document; ASCII only, so that no encoding is in its way."""
    text = json.dumps(document, indent=indent, allow_nan=False)
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        end_of_pipe()


@contextmanager
def spared_output() -> Iterator[None]:
    """Let what others print go to standard error, for standard output holds the result alone."""
    with redirect_stdout(sys.stderr):
        yield


def end_of_pipe() -> NoReturn:
    """End the command because nobody reads what it prints."""
    # Python flushes what is left when it ends, and would complain then.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(ExitCode.BROKEN_PIPE)
