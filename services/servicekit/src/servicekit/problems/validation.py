"""Says which rules a request breaks, without repeating what it said."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from servicekit.problems.problem import InvalidField

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}", re.ASCII)


def invalid_fields(errors: Iterable[Mapping[str, Any]]) -> list[InvalidField]:
    """Translate pydantic's errors; FastAPI's own answer would echo passwords and tokens."""
    return [_invalid_field(error) for error in errors]


def _invalid_field(error: Mapping[str, Any]) -> InvalidField:
    detail = str(error["msg"]).removeprefix("Value error, ")
    source, *path = error["loc"]
    if source == "body":
        return InvalidField(detail=detail, pointer=_pointer(path))
    return InvalidField(detail=detail, parameter=".".join(_shown(path)))


def _pointer(path: Sequence[str | int]) -> str:
    return "#" + "".join(f"/{part}" for part in _shown(path))


def _shown(path: Sequence[str | int]) -> list[str]:
    # The name of an unknown field comes from the client and may be anything.
    return [
        str(part) if isinstance(part, int) or _PLAIN_NAME.fullmatch(part) else "…" for part in path
    ]
