"""Log lines for people."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from loopjobs import redact
from loopjobs.logs._record import fields_of, message_of, shown, time_of, trace_of

_INDENT: Final = "    "


class TextFormatter(logging.Formatter):
    """Writes `time LEVEL logger: message key=value ...`, with a traceback below if there is one.

    Fields that the message tells already are not repeated. Whatever would break the line or the
    terminal is shown escaped, and what stands below a line is indented, so that nobody can forge a
    line.

    Args:
        redact: Takes out of a line what must not be read.
    """

    def __init__(self, redact: Callable[[str], str] = redact) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = time_of(record).isoformat(" ", "milliseconds").replace("+00:00", "Z")
        message = message_of(record)
        fields = "".join(f" {field}" for field in _shown_fields(record, message))
        said = _on_one_line(self._redact(f"{message}{fields}"))
        line = f"{when} {record.levelname:<8} {record.name}: {said}"
        if trace := trace_of(record):
            below = self._redact(trace).splitlines()
            line += "".join(f"\n{_INDENT}{_on_one_line(each)}" for each in below)
        return line


def _shown_fields(record: logging.LogRecord, message: str) -> Iterator[str]:
    for key, value in fields_of(record):
        # A mapping is for machines, which read JSON; what matters of it stands beside it.
        if value is None or isinstance(value, Mapping):
            continue
        text = shown(round(value, 6) if isinstance(value, float) else value)
        field = f"{key}={_quoted(text)}"
        if field not in message and not (key == "error" and text in message):
            yield field


def _quoted(text: str) -> str:
    return text if text and text.isprintable() and not set(text) & set(" ='\"") else repr(text)


def _on_one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
