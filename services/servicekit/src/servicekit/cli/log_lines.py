"""How log records look: one line each, fields at its end."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

_OWN_OF_A_RECORD: Final = frozenset(
    [*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"]
)
_MAC: Final = re.compile(
    r"\b((?:[0-9a-f]{2}(:|-|%3a)){2}[0-9a-f]{2})(?:\2[0-9a-f]{2}){3}\b", re.IGNORECASE
)
_TALKATIVE: Final = ("httpx", "httpcore", "uvicorn", "aiosqlite", "sqlalchemy", "alembic")
_MASKED: Final = r"\1\2**\2**\2**"


def level_for(*, verbose: bool) -> int:
    """Return the level a command logs from."""
    return logging.DEBUG if verbose else logging.INFO


def configure_logging(level: int) -> None:
    """Send log lines to standard error; called once, by a command, and nowhere else.

    Args:
        level: Lines below it are not shown. Libraries that have much to say show theirs only with
            DEBUG; among them is a line for each HTTP request.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(
            logging.INFO if level == logging.DEBUG else logging.WARNING
        )


class LineFormatter(logging.Formatter):
    """Writes `time LEVEL logger: message key=value ...`, with a traceback below if there is one.

    Fields that the message tells already are not repeated.

    Line breaks inside of messages and fields are shown as such, so that nobody can forge a line.
    Of a MAC address the manufacturer's half is shown: it may stand in the path of a request that
    a library logs.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(" ", "milliseconds")
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        fields = "".join(f" {field}" for field in _fields(record) if field not in message)
        head = when.replace("+00:00", "Z")
        line = f"{head} {record.levelname:<8} {record.name}: {_MAC.sub(_MASKED, message + fields)}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return line


def _fields(record: logging.LogRecord) -> Iterator[str]:
    for key, value in vars(record).items():
        # A mapping is for machines, which read JSON; what matters of it stands beside it.
        is_shown = value is not None and not isinstance(value, Mapping)
        if is_shown and key not in _OWN_OF_A_RECORD:
            yield f"{key}={_shown(value)}"


def _shown(value: object) -> str:
    text = str(round(value, 6) if isinstance(value, float) else value)
    return text if text and text.isprintable() and not set(text) & set(" ='\"") else repr(text)
