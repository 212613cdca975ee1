"""The command `loopjobs`: checks, shows and runs the jobs of an application, here or far away."""

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from loopjobs._extras import what_is_missing

__all__ = ["main"]

_NEEDED: Final = ("httpx", "rich", "typer")
_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
    """
    if missing := what_is_missing("cli", *_NEEDED):
        sys.stderr.write(f"loopjobs: the command {missing}\n")
        sys.exit(_USAGE)
    from loopjobs.cli._application import application  # noqa: PLC0415 - only if the extra is there
    from loopjobs.cli._program import run_program  # noqa: PLC0415 - as above

    run_program(application(), "loopjobs", arguments)
