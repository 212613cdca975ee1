"""A refusal as data, as an exception, and as a response."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE: Final = "application/problem+json"


class InvalidField(BaseModel):
    """One thing in a request that breaks a rule."""

    detail: str = Field(description="The rule.")
    pointer: str | None = Field(None, description="Where in the body: a JSON pointer.")
    parameter: str | None = Field(None, description="Which parameter of path, query or header.")
    row: int | None = Field(None, description="Which row of a list, as a spreadsheet shows it.")


class Problem(BaseModel):
    """Why a request was refused, as RFC 9457 has it."""

    type: str = Field("about:blank", description="Names the kind of problem for programs.")
    title: str = Field(description="The kind of problem for people; the same for each of its kind.")
    status: int
    detail: str | None = Field(None, description="What is the matter this time.")
    errors: list[InvalidField] | None = Field(None, description="With 422: each broken rule.")


class ProblemError(Exception):
    """Raised to refuse a request.

    Args:
        status: the HTTP status.
        detail: what is the matter; it must not repeat what the client sent.
        errors: the rules that are broken.
        headers: go with the response.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str | None = None,
        *,
        errors: Sequence[InvalidField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or status.phrase)
        self.problem = Problem(
            title=status.phrase, status=status, detail=detail, errors=list(errors) or None
        )
        self.headers = headers


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the response that carries a problem."""
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )
