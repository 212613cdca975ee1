"""How the log of a command looks: levels, and what no line may show."""

import logging
import re
import sys
from typing import Final

from loopjobs import redact
from loopjobs.logs import LogLevel, LogOutput, TextFormatter

_MAC: Final = re.compile(
    r"\b((?:[0-9a-f]{2}(:|-|%3a)){2}[0-9a-f]{2})(?:\2[0-9a-f]{2}){3}\b", re.IGNORECASE
)
_TALKATIVE: Final = ("httpx", "httpcore", "uvicorn", "aiosqlite", "sqlalchemy", "alembic")
_MASKED: Final = r"\1\2**\2**\2**"


def level_for(*, verbose: bool) -> int:
    """Return the level a command logs from."""
    return logging.DEBUG if verbose else logging.INFO


def redact_line(text: str) -> str:
    """Hide secrets, and of a MAC address all but the manufacturer's half.

    It may stand in the path of a request that a library logs.
    """
    return _MAC.sub(_MASKED, redact(text))


def log_output(*, verbose: bool) -> LogOutput:
    """Return how a service writes its log, where its settings do not say otherwise.

    Libraries that have much to say show theirs only if asked to be verbose; among them is a line
    for each HTTP request.
    """
    quiet = LogLevel.INFORMATION if verbose else LogLevel.WARNING
    return LogOutput(
        redact=redact_line,
        level=LogLevel.DEBUG if verbose else None,
        levels=dict.fromkeys(_TALKATIVE, quiet),
    )


def configure_logging(level: int) -> None:
    """Send log lines to standard error; called once, by a command that is no service.

    Args:
        level: Lines below it are not shown. Libraries that have much to say show theirs only with
            DEBUG.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter(redact_line))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(
            logging.INFO if level == logging.DEBUG else logging.WARNING
        )
