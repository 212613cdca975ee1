"""Keeps tokens, and refusals of them, out of every cache."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS: Final = ("/v1/login", "/v1/logout", "/v1/token", "/v1/oauth", "/v1/password")


class NoStore:
    """ASGI middleware: answers about tokens and passwords say `Cache-Control: no-store`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _is_about_tokens(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_marked)


def _is_about_tokens(path: str) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in PATHS)
