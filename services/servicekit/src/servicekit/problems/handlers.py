"""Turns every error that leaves an endpoint into problem details."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from servicekit.faults import StoreUnavailableError
from servicekit.problems.allowed_methods import allowed_methods
from servicekit.problems.problem import Problem, ProblemError, respond
from servicekit.problems.validation import invalid_fields

_log = logging.getLogger(__name__)

_RETRY_AFTER: Final = {"Retry-After": "2"}

ErrorT = TypeVar("ErrorT", bound=Exception)


def install_problems(app: FastAPI) -> None:
    """Make the application answer every error with problem details."""
    _answer(app, ProblemError, lambda error: respond(error.problem, error.headers))
    _answer(app, RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type] # as below
    _answer(app, StoreUnavailableError, _store_unavailable)
    _answer(app, Exception, _failed)


def refuse(
    app: FastAPI,
    error: type[Exception],
    status: HTTPStatus,
    kind: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer an error of the domain with a problem; its text becomes the detail.

    Args:
        app: the application.
        error: the class of errors.
        status: the HTTP status.
        kind: names the kind of problem for programs, as in `login:pc-removed`.
        headers: go with each such answer.
    """

    def answer(error: Exception) -> JSONResponse:
        return respond(
            Problem(
                type=f"urn:problem-type:{kind}",
                title=status.phrase,
                status=status,
                detail=str(error),
            ),
            headers,
        )

    _answer(app, error, answer)


def _answer(app: FastAPI, kind: type[ErrorT], answer: Callable[[ErrorT], JSONResponse]) -> None:
    async def handle(_: Request, error: ErrorT) -> JSONResponse:
        return answer(error)

    # Starlette calls it with this kind of error only, which its types cannot say.
    app.add_exception_handler(kind, handle)  # type: ignore[arg-type]


def _invalid(error: RequestValidationError) -> JSONResponse:
    refusal = ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "the request breaks the rules listed under errors",
        errors=invalid_fields(error.errors()),
    )
    return respond(refusal.problem)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    refusal = ProblemError(HTTPStatus(error.status_code))
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = allowed_methods(request)
    return respond(refusal.problem, headers)


def _store_unavailable(error: StoreUnavailableError) -> JSONResponse:
    _log.warning("request refused: %s", error)
    refusal = ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "the store cannot serve now; try again")
    return respond(refusal.problem, _RETRY_AFTER)


def _failed(_: Exception) -> JSONResponse:
    # The server logs the traceback; the client learns nothing about our insides.
    return respond(ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR).problem)
