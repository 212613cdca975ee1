"""The command `loopjobs`: checks, shows and runs the jobs of an application, here or far away."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NoReturn

from loopjobs import Clock, SystemClock
from loopjobs._extras import what_is_missing

if TYPE_CHECKING:
    # An extra: whoever lacks it is told so, in a sentence.
    from httpx import AsyncBaseTransport

__all__ = ["main"]

_NEEDED: Final = ("httpx", "rich", "typer")
_USAGE: Final = 2


def main(
    arguments: Sequence[str] | None = None,
    *,
    clock: Clock | None = None,
    transport: "AsyncBaseTransport | None" = None,
) -> NoReturn:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
        clock: What time it is, in a test.
        transport: How requests travel to a service, in a test, instead of over the network.
    """
    if missing := what_is_missing("cli", *_NEEDED):
        sys.stderr.write(f"loopjobs: the command {missing}\n")
        sys.exit(_USAGE)
    from loopjobs.cli._application import application  # noqa: PLC0415 - only if the extra is there
    from loopjobs.cli._program import run_program  # noqa: PLC0415 - as above
    from loopjobs.cli._surroundings import Surroundings  # noqa: PLC0415 - as above

    surroundings = Surroundings(clock or SystemClock(), transport)
    run_program(application(), "loopjobs", arguments, surroundings)
