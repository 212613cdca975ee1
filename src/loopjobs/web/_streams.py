"""The route of server-sent events: who may watch, how many, and until when."""

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
RECHECK_SECONDS: Final = 30.0
"""Somebody who is no longer known is sent away within so long."""

_LOOK_SECONDS: Final = 1.0
_ROUNDING: Final = 1e-6


class Streams:
    """Opens streams, and ends them with the host and with the right to watch."""

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
        request = Request(scope, receive)
        known = await self._gate.viewer(request)
        if self._open >= MOST_STREAMS:
            raise RefusalError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{MOST_STREAMS} pages are watching already, which is as many as may.",
                {"Retry-After": "30"},
            )
        stream = EventStream(
            self._snapshots,
            self._clock,
            lambda: self._end(request, is_session=known.session_id is not None),
        )
        self._open += 1
        try:
            await stream(scope, receive, send)
        finally:
            self._open -= 1

    async def _end(self, request: Request, *, is_session: bool) -> None:
        """Return when the host stops, or when it cannot be told any more who watches."""
        # A session costs nothing to look at; an authorization may ask a database.
        every = _LOOK_SECONDS if is_session else RECHECK_SECONDS
        checked_at = self._clock.monotonic()
        while self._host.is_running:
            await self._clock.sleep(_LOOK_SECONDS)
            if (now := self._clock.monotonic()) - checked_at >= every - _ROUNDING:
                checked_at = now
                if not await self._gate.is_still_known(request):
                    return


class _Endpoint:
    """An ASGI application, as which a route takes an object."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._streams.serve(scope, receive, send)
