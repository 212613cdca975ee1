"""Log lines of the command, for applications that leave their log to others."""

import logging
import sys
from typing import TextIO

from loopjobs.logs import TextFormatter


class _Substitute(logging.StreamHandler[TextIO]):
    """Writes to standard error as long as nobody else writes the log."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(TextFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line, unless the application has a handler by now."""
        if logging.root.handlers == [self]:
            super().emit(record)


def log_to_stderr(level: int) -> None:
    """Send log lines from that level on to standard error, unless the application logs itself.

    It may have begun to, or begin when its host starts, as with `loopjobs.logs.add_logging`.
    """
    logging.basicConfig(level=level, handlers=[_Substitute()])
