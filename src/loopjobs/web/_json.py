"""Views as JSON: the same names, instants in ISO 8601, durations in seconds."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | float | bool | None"


def as_json(value: object) -> Json:
    """Return a view as what `json.dumps` takes.

    Numbers that JSON has no word for become `null`.

    Raises:
        TypeError: there is something in it that no view has.
    """
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [as_json(each) for each in value]
    raise TypeError(f"a view holds no {type(value).__name__}")


def json_text(value: object) -> str:
    """Return a view as text on one line; ASCII, so half a surrogate pair does no harm."""
    return json.dumps(as_json(value), separators=(",", ":"))
