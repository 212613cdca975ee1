"""The command `loopjobs`: checks, shows and runs the jobs of an application, here or far away."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final, NoReturn

__all__ = ["main"]

_NEEDED: Final = ("httpx", "rich", "typer")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        sys.exit(_explained(missing))
    from loopjobs.cli._application import application  # noqa: PLC0415 - only if the extra is there
    from loopjobs.cli._program import run_program  # noqa: PLC0415 - as above

    run_program(application(), "loopjobs", arguments)


def _explained(missing: Sequence[str]) -> int:
    text = f"loopjobs: the command needs {', '.join(missing)}: pip install 'loopjobs[cli]'\n"
    sys.stderr.write(text)
    return 2
