"""A request that is not done, and why."""

import math
from collections.abc import Mapping
from http import HTTPStatus


class RefusalError(Exception):
    """Ends a request with a status and one sentence; never repeats what was sent."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def forbidden(detail: str) -> RefusalError:
    """Return the refusal of what this visitor, or this page, may not do."""
    return RefusalError(HTTPStatus.FORBIDDEN, detail)


def unauthorized() -> RefusalError:
    """Return the refusal of somebody unknown."""
    return RefusalError(
        HTTPStatus.UNAUTHORIZED,
        "It cannot be told who asks. Sign in, or send a token.",
        {"WWW-Authenticate": "Bearer"},
    )


def too_often(seconds: float) -> RefusalError:
    """Return the refusal of what comes too early by so many seconds."""
    return RefusalError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "That was asked for too often. Wait a little.",
        {"Retry-After": str(math.ceil(seconds))},
    )


def no_such_job() -> RefusalError:
    """Return the refusal of a name that is not in the host."""
    return RefusalError(HTTPStatus.NOT_FOUND, "This host has no job of that name.")


def nothing_here() -> RefusalError:
    """Return the refusal of a path that leads nowhere."""
    return RefusalError(HTTPStatus.NOT_FOUND, "There is nothing here.")
