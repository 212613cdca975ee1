"""Declares refusals in OpenAPI."""

from http import HTTPStatus
from typing import Any

from servicekit.problems.problem import MEDIA_TYPE, Problem

_ALWAYS = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INTERNAL_SERVER_ERROR)

_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_CHALLENGE = {
    "WWW-Authenticate": {"description": "What is asked for.", "schema": {"type": "string"}}
}
_HEADERS: dict[HTTPStatus, dict[str, Any]] = {
    HTTPStatus.UNAUTHORIZED: _CHALLENGE,
    HTTPStatus.TOO_MANY_REQUESTS: _RETRY_AFTER,
    HTTPStatus.SERVICE_UNAVAILABLE: _RETRY_AFTER,
}


def answers(*refusals: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI's `responses=` takes: these refusals, and those of every operation."""
    return {status.value: _declaration(status) for status in sorted({*_ALWAYS, *refusals})}


def _declaration(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    declared: dict[str, Any] = {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
    if status in _HEADERS:
        declared["headers"] = _HEADERS[status]
    return declared
