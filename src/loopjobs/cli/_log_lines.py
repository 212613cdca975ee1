"""Log lines of the command."""

import logging
import sys
from typing import Final

from loopjobs.cli._text import safe_lines

_FORMAT: Final = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"


class _Formatter(logging.Formatter):
    """Lets nothing that was logged speak to the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback below it."""
        return safe_lines(super().format(record))


def log_to_stderr(level: int) -> None:
    """Send log lines from that level on to standard error, unless the application logs already."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
