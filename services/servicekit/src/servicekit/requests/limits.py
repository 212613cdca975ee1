"""How large a body may be, and of which kind."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers

from servicekit.problems.problem import ProblemError

_DIGITS: Final = 18
"""Enough of an announced length to see that it is too much."""


def announced_size(headers: Headers) -> int:
    """Return how many bytes are announced; 0 if nobody says."""
    announced = headers.get("content-length", "")
    return int(announced[:_DIGITS]) if announced.isdecimal() else 0


def refuse_larger(size: int, most: int) -> None:
    """Let pass what is not too large.

    Raises:
        ProblemError: 413.
    """
    if size > most:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {most} bytes at the most"
        )


def media_type(headers: Headers) -> str:
    """Return the media type that is announced, without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_other(headers: Headers, allowed: Collection[str]) -> None:
    """Let pass what is of an allowed media type.

    Raises:
        ProblemError: 415.
    """
    if media_type(headers) not in allowed:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a body must be {' or '.join(sorted(allowed))}"
        )
