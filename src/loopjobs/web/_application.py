"""The application: one that any ASGI server serves, and any framework mounts."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import Message, Receive, Scope, Send

from loopjobs.web._answers import Answers
from loopjobs.web._headers import with_security_headers
from loopjobs.web._origin import HostRule, host_name
from loopjobs.web._refusal import RefusalError

_log: Final = logging.getLogger("loopjobs.web")


class JobsApp:
    """Shows and steers the jobs of a host; made by `create_jobs_app`.

    Mount it at any prefix, or serve it alone. It starts nothing by itself: the host is started
    and stopped by whoever does so.
    """

    def __init__(
        self, routes: Sequence[BaseRoute], answers: Answers, is_allowed_host: HostRule
    ) -> None:
        self._routes = Router(routes, redirect_slashes=False)
        self._answers = answers
        self._is_allowed_host = is_allowed_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._routes(scope, receive, send)
            return
        # Not the error handlers of the application that it is mounted in.
        scope = {"app": self, **scope, "starlette.exception_handlers": ({}, {})}
        sending = _Sending(with_security_headers(send))
        try:
            self._check_host(scope)
            await self._routes(scope, receive, sending)
        except ClientDisconnect:
            # In the middle of a form; nobody is left to answer.
            return
        except Exception as error:
            if sending.has_begun:
                raise
            answer = self._answer(Request(scope), error)
            await answer(scope, receive, sending)

    def _check_host(self, scope: Scope) -> None:
        name = host_name(Request(scope).headers.get("host", ""))
        if name is None or not self._is_allowed_host(name):
            raise RefusalError(
                HTTPStatus.BAD_REQUEST,
                "Nothing is served under this name. If it is a good one, add it to allowed_hosts.",
            )

    def _answer(self, request: Request, error: Exception) -> Response:
        return self._answers.refusal(request, _refusal_of(error))


class _Sending:
    """Sends, and remembers whether it has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


def _refusal_of(error: Exception) -> RefusalError:
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, HTTPException):
        # A path or a method that no route has, or what an authorization or a sign-in says.
        status = HTTPStatus(error.status_code)
        detail = f"{status.phrase}." if error.detail == status.phrase else error.detail
        return RefusalError(status, detail, error.headers)
    _log.error("a request for the page of jobs failed", exc_info=error)
    detail = "Something went wrong; the log of the service says what."
    return RefusalError(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
