"""Text that is fit for a terminal: nothing in it moves a cursor."""

from collections.abc import Mapping
from datetime import UTC, datetime


def safe(text: str) -> str:
    """Escape what would break the line or speak to the terminal: it may come from anywhere."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def safe_lines(text: str) -> str:
    """Escape the same, but for the ends of lines."""
    return "\n".join(safe(line.expandtabs(4)) for line in text.split("\n"))


def counters(reported: Mapping[str, float] | None) -> str:
    """Show what a run has reported: `deleted=3 scanned=100`."""
    return " ".join(f"{safe(name)}={value:g}" for name, value in (reported or {}).items())


def instant(moment: datetime) -> str:
    """Show an instant in UTC, to the second, or finer where it is finer."""
    text = moment.astimezone(UTC).replace(tzinfo=None)
    timespec = "seconds" if not text.microsecond else "milliseconds"
    return f"{text.isoformat(' ', timespec)}Z"
