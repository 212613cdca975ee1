"""Text that is fit for a terminal: nothing in it moves a cursor, and figures are short."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60))


def safe(text: str) -> str:
    """Escape what would break the line or speak to the terminal: it may come from anywhere."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def safe_lines(text: str) -> str:
    """Escape the same, but for the ends of lines."""
    return "\n".join(safe(line.expandtabs(4)) for line in text.split("\n"))


def span(seconds: float) -> str:
    """Show a duration by its two greatest units: `350 ms`, `12.3 s`, `5 min`, `2 h 10 min`."""
    if (thousandths := round(seconds * 1000)) < 1000:  # noqa: PLR2004 - a second
        return f"{thousandths} ms"
    if round(seconds, 1) < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.3g} s"
    rest = round(seconds)
    parts: list[str] = []
    for unit, length in (*_UNITS, ("s", 1)):
        count, rest = divmod(rest, length)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(filter(None, parts[:2]))


def ago(seconds: float | None) -> str:
    """Show how long ago something was."""
    if seconds is None:
        return "never"
    return "just now" if seconds < 1 else f"{span(int(seconds))} ago"


def ahead(seconds: float | None) -> str:
    """Show how far ahead something is."""
    if seconds is None:
        return ""
    return "now" if seconds < 1 else f"in {span(int(seconds))}"


def counters(reported: Mapping[str, float] | None) -> str:
    """Show what a run has reported: `deleted=3 scanned=100`."""
    return " ".join(f"{safe(name)}={value:g}" for name, value in (reported or {}).items())


def instant(moment: datetime) -> str:
    """Show an instant in UTC, to the second, or finer where it is finer."""
    text = moment.astimezone(UTC).replace(tzinfo=None)
    timespec = "seconds" if not text.microsecond else "milliseconds"
    return f"{text.isoformat(' ', timespec)}Z"
