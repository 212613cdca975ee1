"""Looks at every request body before the application does."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.problems.problem import ProblemError, respond
from servicekit.requests.forms import Forms
from servicekit.requests.limits import announced_size, media_type, refuse_larger, refuse_other
from servicekit.requests.strict_json import StrictJsonError, check_json
from servicekit.requests.uploads import Upload

MAX_BODY_BYTES: Final = 64 * 1024
FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"


class RequestGuard:
    """ASGI middleware: refuses bodies that are too large (413), not JSON (415), or unclean (422).

    Args:
        app: what is guarded.
        max_body_bytes: the largest body that passes.
        uploads: routes that take files, with limits of their own.
        forms: routes that take forms, with limits of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_body_bytes: int = MAX_BODY_BYTES,
        uploads: Sequence[Upload] = (),
        forms: Sequence[Forms] = (),
    ) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._uploads = uploads
        self._forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; only HTTP requests that announce a body are looked at."""
        if scope["type"] != "http" or not _announces_body(headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        try:
            checked = await self._check(scope, headers, receive)
        except ProblemError as refusal:
            await respond(refusal.problem)(scope, receive, send)
        else:
            if checked is not None:
                await self._app(scope, checked, send)

    async def _check(self, scope: Scope, headers: Headers, receive: Receive) -> Receive | None:
        """Return what the application receives; `None` if the client went away."""
        for upload in self._uploads:
            if upload.matches(scope):
                return upload.guard(headers, receive)
        most, kinds = self._limits(scope)
        body = await _read(headers, receive, most)
        if body:
            refuse_other(headers, kinds)
            if media_type(headers) == _JSON:
                _check_json(body)
        return None if body is None else _Replay(body, receive)

    def _limits(self, scope: Scope) -> tuple[int, AbstractSet[str]]:
        for form in self._forms:
            if form.covers(scope):
                return form.max_bytes, {_JSON, FORM}
        return self._max_body_bytes, {_JSON}


async def _read(headers: Headers, receive: Receive, most: int) -> bytes | None:
    """Return the body, or `None` if the client went away in the middle of it."""
    refuse_larger(announced_size(headers), most)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        refuse_larger(len(body), most)
        if not message.get("more_body", False):
            return bytes(body)


def _announces_body(headers: Headers) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def _check_json(body: bytes) -> None:
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
