"""The part of the terminal that is drawn over, below the log lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import TextIO, cast

from rich.console import Console, RenderableType
from rich.file_proxy import FileProxy
from rich.live import Live


class Screen:
    """Shows something at the bottom of a terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )

    def open(self) -> None:
        """Begin."""
        self._live.start()

    def draw(self, picture: RenderableType) -> None:
        """Show it instead of what was shown; blocks as long as the terminal does."""
        self._live.update(picture, refresh=True)

    def close(self) -> None:
        """Take the picture away."""
        self._live.update("")
        self._live.stop()


@contextmanager
def written_above(console: Console) -> Iterator[None]:
    """Let standard error be written above whatever is drawn on that console.

    Log handlers keep the stream that they find when they are made, so this comes before them.
    """
    proxy = FileProxy(console, sys.stderr)
    with redirect_stderr(cast("TextIO", proxy)):
        yield
