"""Paths that are both looked at and acted on."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def get_or_post(path: str, get: Endpoint, post: Endpoint) -> Route:
    """Return one route, so that whoever comes with another method is told of both."""

    async def dispatch(request: Request) -> Response:
        return await (post if request.method == "POST" else get)(request)

    return Route(path, dispatch, methods=["GET", "POST"])
