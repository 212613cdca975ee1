"""The route of server-sent events: who may watch, and how many."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from loopjobs import Clock, Host
from loopjobs.web._gate import Gate
from loopjobs.web._refusal import RefusalError
from loopjobs.web._snapshots import Snapshots
from loopjobs.web._stream import EventStream

MOST_STREAMS: Final = 50


class Streams:
    """Opens streams; each ends with the host, or soon enough to ask anew who watches."""

    def __init__(self, host: Host, gate: Gate, snapshots: Snapshots, clock: Clock) -> None:
        self._host = host
        self._gate = gate
        self._snapshots = snapshots
        self._clock = clock
        self._open = 0

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [Route("/events", _Endpoint(self), methods=["GET"])]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            RefusalError: 401; nobody knows who asks. 503; there are too many streams already.
        """
        await self._gate.viewer(Request(scope, receive))
        if self._open >= MOST_STREAMS:
            raise RefusalError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{MOST_STREAMS} pages are watching already, which is as many as may.",
                {"Retry-After": "30"},
            )
        stream = EventStream(self._snapshots, self._clock, lambda: self._host.is_running)
        self._open += 1
        try:
            await stream(scope, receive, send)
        finally:
            self._open -= 1


class _Endpoint:
    """An ASGI application, as which a route takes an object."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._streams.serve(scope, receive, send)
