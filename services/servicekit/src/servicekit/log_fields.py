"""Fields of a log line, as text for people."""

from collections.abc import Mapping


def as_text(fields: Mapping[str, object]) -> str:
    """Return `key=value key=value`; the same mapping goes with the record as its `extra`."""
    return " ".join(f"{name}={value}" for name, value in fields.items())
