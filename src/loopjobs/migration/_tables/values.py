"""Values of columns, whatever the driver of the old scheduler made of them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from loopjobs.migration._numbers import whole_number

_TICKS_OF_A_MICROSECOND: Final = 10
_LEAST_TICKS: Final = 10**16
"""The ticks of .NET since the year 1 are more, the milliseconds of Java since 1970 are less."""


def text(value: object) -> str:
    """Return a text; nothing for none."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def number(value: object) -> int | None:
    """Return a whole number."""
    return whole_number(str(int(value)) if isinstance(value, bool) else text(value))


def is_true(value: object) -> bool:
    """Tell what a boolean says: SQLite has none of its own."""
    return text(value).casefold() in {"1", "true", "t", "y"}


def instant(value: object) -> datetime | None:
    """Return an instant, of ticks or of milliseconds."""
    count = number(value)
    if not count or count < 0:
        return None
    try:
        if count >= _LEAST_TICKS:
            microseconds = count // _TICKS_OF_A_MICROSECOND
            return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)
    except OverflowError:
        return None
