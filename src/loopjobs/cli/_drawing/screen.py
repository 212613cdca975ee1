"""The part of the terminal that is drawn over, below the log lines."""

import logging
import sys
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console, RenderableType
from rich.live import Live


class Screen:
    """Shows something at the bottom of a terminal, and whatever is logged above it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        self._borrowed: list[tuple[logging.StreamHandler[TextIO], TextIO]] = []

    def open(self) -> None:
        """Begin: who writes to standard error from now on, log handlers too, writes above."""
        terminals = {name: getattr(sys, name) for name in ("stderr", "stdout")}
        self._live.start()
        for handler in _stream_handlers():
            for name, terminal in terminals.items():
                if handler.stream is terminal:
                    self._borrowed.append((handler, terminal))
                    handler.setStream(getattr(sys, name))

    def draw(self, picture: RenderableType) -> None:
        """Show it instead of what was shown; blocks as long as the terminal does."""
        self._live.update(picture, refresh=True)

    def close(self) -> None:
        """Take the picture away, and give the log handlers their streams back."""
        self._live.update("")
        self._live.stop()
        while self._borrowed:
            handler, terminal = self._borrowed.pop()
            handler.setStream(terminal)


def _stream_handlers() -> Iterator[logging.StreamHandler[TextIO]]:
    named = logging.root.manager.loggerDict.values()
    loggers = [logging.root, *(each for each in named if isinstance(each, logging.Logger))]
    for logger in loggers:
        for handler in logger.handlers:
            # A file handler is one as well, with a stream that is no terminal.
            if isinstance(handler, logging.StreamHandler):
                yield handler
