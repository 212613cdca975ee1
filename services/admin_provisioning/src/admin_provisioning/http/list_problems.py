"""Says what is wrong with a list, row by row."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from admin_provisioning.domain.lists import ListError, NoGoodRowError, TooManyRowsError
from servicekit.problems import InvalidField, ProblemError, respond


def refuse_bad_lists(app: FastAPI) -> None:
    """Answer a list that nothing can be done with: 413 if it is too long, else 422."""
    app.add_exception_handler(ListError, _answer)


async def _answer(_: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, TooManyRowsError):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    faults = error.faults if isinstance(error, NoGoodRowError) else ()
    errors = [InvalidField(detail=fault.text, row=fault.row_no) for fault in faults]
    return respond(ProblemError(status, str(error), errors=errors).problem)
