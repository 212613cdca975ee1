"""What there is in a log record, whoever made it."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

_OWN_OF_A_RECORD: Final = frozenset(
    # The last three are those of newer Pythons, and of uvicorn.
    [*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"]
)
_TRACEBACK: Final = "traceback"
_LOOPJOBS: Final = "loopjobs"


def time_of(record: logging.LogRecord) -> datetime:
    """Return when the line was written, in UTC."""
    return datetime.fromtimestamp(record.created, UTC)


def text_of(record: logging.LogRecord) -> str:
    """Return the message; a line whose arguments are a mistake is a line all the same."""
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever the arguments did
        mistake = f"its arguments cannot be shown: {type(error).__name__}"
        return f"{shown(record.msg)} ({mistake})"


def shown(value: object) -> str:
    """Return the value as text; one that cannot be shown must not cost the line."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - its `__str__` may do anything
        return f"<{type(value).__name__} that cannot be shown>"


def message_of(record: logging.LogRecord) -> str:
    """Return the message, without the traceback that the line of a failed run ends with."""
    message = text_of(record)
    trace = _trace_of_run(record)
    return message if trace is None else message.removesuffix(trace).rstrip("\n")


def trace_of(record: logging.LogRecord) -> str | None:
    """Return the traceback that belongs below the line, and the stack if one was asked for."""
    parts = [_trace_of_run(record), _exception_of(record), record.stack_info]
    return "\n".join(part.rstrip("\n") for part in parts if part) or None


def fields_of(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    """Return the fields given as `extra`; of those under `loopjobs` what stands nowhere else."""
    extra = {key: each for key, each in vars(record).items() if key not in _OWN_OF_A_RECORD}
    together = extra.get(_LOOPJOBS)
    if isinstance(together, Mapping):
        del extra[_LOOPJOBS]
        extra |= {str(key): each for key, each in together.items() if key not in extra}
    if _trace_of_run(record) is not None:
        extra.pop(_TRACEBACK, None)
    return iter(extra.items())


def _trace_of_run(record: logging.LogRecord) -> str | None:
    trace = getattr(record, _TRACEBACK, None)
    return trace if isinstance(trace, str) and hasattr(record, _LOOPJOBS) else None


def _exception_of(record: logging.LogRecord) -> str | None:
    if record.exc_info and record.exc_info[0] is not None:
        # Not the text that another handler may have left there: it has its own formatter.
        return logging.Formatter().formatException(record.exc_info)
    return record.exc_text
