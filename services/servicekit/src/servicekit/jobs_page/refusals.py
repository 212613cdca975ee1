"""Refusals in the form in which the page understands them."""

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from servicekit.problems import ProblemError

_SOON: Final = 2.0


def unavailable(detail: str, retry_after: float | None = None) -> HTTPException:
    """Return the refusal that says that it cannot be told now who asks: 503.

    Args:
        detail: One sentence for whoever asks, whoever that is.
        retry_after: Seconds after which to ask again.
    """
    seconds = f"{_SOON if retry_after is None else retry_after:.0f}"
    return HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": seconds})


def refusal_of(error: ProblemError) -> HTTPException:
    """Return the refusal that the rest of the service would answer with problem details."""
    return HTTPException(error.problem.status, error.problem.detail, error.headers)
