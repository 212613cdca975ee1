"""Looking at a service again and again."""

import sys
from collections.abc import Callable
from typing import Final, NoReturn

from rich.console import Console, Group, RenderableType
from rich.text import Text

from loopjobs.cli._consoles import can_be_drawn_over, print_document
from loopjobs.cli._drawing import Drawing, Screen
from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._remote.look import Lookout, View
from loopjobs.cli._text import safe

PERIOD_IN_SECONDS: Final = 2.0


async def watch(lookout: Lookout, console: Console, *, as_json: bool) -> NoReturn:
    """Show the service every two seconds, until cancelled: on a terminal in one place.

    A service that is away is waited for. With JSON, each look is one document on one line.

    Raises:
        CommandError: The service says that the command is mistaken.
    """
    if as_json:
        await _keep_looking(lookout, console, _print_line, _complain)
    if not can_be_drawn_over(console):
        await _keep_looking(lookout, console, lambda view: console.print(view.picture), _complain)
    frame = _Frame()
    async with Drawing(Screen(console), lookout.clock, frame.picture):
        await _keep_looking(lookout, console, frame.show, frame.complain)


class _Frame:
    """The last look, and what has gone wrong since."""

    def __init__(self) -> None:
        self._seen: RenderableType = Text("")
        self._complaint: RenderableType | None = None

    def show(self, view: View) -> None:
        self._seen, self._complaint = view.picture, None

    def complain(self, error: CommandError) -> None:
        self._complaint = Text(safe(str(error)), style="bold red")

    def picture(self) -> RenderableType:
        """Return what to draw: an old look stays, for it is better than none."""
        return self._seen if self._complaint is None else Group(self._complaint, self._seen)


async def _keep_looking(
    lookout: Lookout,
    console: Console,
    show: Callable[[View], None],
    complain: Callable[[CommandError], None],
) -> NoReturn:
    while True:
        try:
            show(await lookout.look(console.width))
        except CommandError as error:
            if error.exit_code is not ExitCode.FAILED:
                raise
            complain(error)
        await lookout.clock.sleep(PERIOD_IN_SECONDS)


def _print_line(view: View) -> None:
    print_document(view.document, indent=None)


def _complain(error: CommandError) -> None:
    sys.stderr.write(f"loopjobs: {safe(str(error))}\n")
