"""Log lines for machines."""

import json
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from loopjobs import redact
from loopjobs.logs._record import fields_of, message_of, time_of, trace_of

_DEEPEST: Final = 6
_MASK: Final = "***"


class JsonFormatter(logging.Formatter):
    """Writes one JSON object a line: `timestamp`, `level`, `logger`, `message`, then all fields.

    A field that is called like one of these gets an underscore at its end; `exception` is the
    traceback. What JSON has no word for is written as `str` shows it.

    Args:
        redact: Takes out of a text what must not be read.
    """

    def __init__(self, redact: Callable[[str], str] = redact) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "timestamp": time_of(record).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(message_of(record)),
        }
        if trace := trace_of(record):
            line["exception"] = self._redact(trace)
        for key, value in fields_of(record):
            line[_free_name(key, line)] = self._value(key, value, 0)
        return json.dumps(line)

    def _value(self, key: str, value: object, depth: int) -> object:
        try:
            return self._plain(key, value, depth)
        except Exception:  # noqa: BLE001 - a mapping, a key or a huge number may refuse anything
            return f"<{type(value).__name__} that cannot be shown>"

    def _plain(self, key: str, value: object, depth: int) -> object:
        if value is None:
            return value
        if isinstance(value, int | float):
            return value if math.isfinite(value) else str(value)
        if depth < _DEEPEST and isinstance(value, Mapping):
            return {str(name): self._value(str(name), v, depth + 1) for name, v in value.items()}
        if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
            items: Iterable[object] = value
            return [self._value(key, item, depth + 1) for item in items]
        return self._text(key, value.isoformat() if isinstance(value, date) else str(value))

    def _text(self, key: str, text: str) -> str:
        # The name may give it away: a redactor sees that only where both stand together.
        is_secret = self._redact(f"{key}={_PROBE}") != f"{key}={_PROBE}"
        return _MASK if is_secret else self._redact(text)


_PROBE: Final = "x"


def _free_name(key: str, line: Mapping[str, object]) -> str:
    while key in line:
        key += "_"
    return key
