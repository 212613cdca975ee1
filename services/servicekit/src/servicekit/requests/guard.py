"""Looks at every request body before the application does."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.problems.problem import ProblemError, respond
from servicekit.requests.strict_json import StrictJsonError, check_json

MAX_BODY_BYTES: Final = 64 * 1024
_DIGITS: Final = 18
"""Enough of an announced length to see that it is too much."""


class RequestGuard:
    """ASGI middleware: refuses bodies that are too large (413), not JSON (415), or unclean (422).

    Args:
        app: what is guarded.
        max_body_bytes: the largest body that passes.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; only HTTP requests that announce a body are looked at."""
        if scope["type"] != "http" or not _announces_body(headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(headers, receive)
            if body:
                _check_content(headers, body)
        except ProblemError as refusal:
            await respond(refusal.problem)(scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, _Replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """Return the body, or `None` if the client went away in the middle of it."""
        announced = headers.get("content-length", "")
        self._refuse_more_than_allowed(int(announced[:_DIGITS]) if announced.isdecimal() else 0)
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            self._refuse_more_than_allowed(len(body))
            if not message.get("more_body", False):
                return bytes(body)

    def _refuse_more_than_allowed(self, size: int) -> None:
        if size > self._max_body_bytes:
            raise ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"a body may have {self._max_body_bytes} bytes at the most",
            )


def _announces_body(headers: Headers) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def _check_content(headers: Headers, body: bytes) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a body must be application/json")
    try:
        check_json(body)
    except StrictJsonError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


class _Replay:
    """Gives the body once more, then whatever comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
