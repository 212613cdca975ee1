"""One stream of server-sent events: the newest snapshot, whenever there is a newer one."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from loopjobs import Clock
from loopjobs.web._snapshots import FRESH_SECONDS, Snapshots

LONGEST_SECONDS: Final = 10.0
"""So long a stream lasts; who watches asks again by itself.

No server tells an application that it is to stop before its requests have ended, so a stream
without an end would hold it up. Each one anew is asked who watches, and none is silent for so long
that somebody would take it for dead.
"""

_ROUNDING: Final = 1e-6
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    # What proxies such as nginx take for: hand it on at once.
    (b"x-accel-buffering", b"no"),
]
_RETRY: Final = b"retry: 1000\n\n"


class EventStream:
    """An ASGI answer that lasts until the client leaves, the host stops, or ten seconds are over.

    What cannot be sent because the client does not read is not kept: once it reads again, it gets
    what is newest then.

    Args:
        snapshots: What is told.
        clock: The time that passes between two looks.
        goes_on: Whether there will be something to tell.
    """

    def __init__(self, snapshots: Snapshots, clock: Clock, goes_on: Callable[[], bool]) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._goes_on = goes_on
        self._is_sending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a HEAD ends at once."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        if scope["method"] == "HEAD" or await self._last(receive, send):
            await send({"type": "http.response.body", "body": b""})

    async def _last(self, receive: Receive, send: Send) -> bool:
        """Tell until the end; return whether the client can be told of it."""
        telling = asyncio.ensure_future(self._tell(send))
        leaving = asyncio.ensure_future(_disconnect(receive))
        ending = asyncio.ensure_future(self._end())
        tasks = (telling, leaving, ending)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                # What it may have failed of, for whoever answers for the application.
                task.result()
            return not leaving.done() and not self._is_sending
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        await self._send(send, _RETRY)
        told = 0
        while True:
            snapshot = self._snapshots.latest()
            if snapshot.number != told:
                told = snapshot.number
                await self._send(send, f"event: jobs\ndata: {snapshot.text}\n\n".encode())
            await self._clock.sleep(FRESH_SECONDS)

    async def _send(self, send: Send, body: bytes) -> None:
        self._is_sending = True
        await send({"type": "http.response.body", "body": body, "more_body": True})
        self._is_sending = False

    async def _end(self) -> None:
        ends_at = self._clock.monotonic() + LONGEST_SECONDS - _ROUNDING
        while self._goes_on() and self._clock.monotonic() < ends_at:
            await self._clock.sleep(FRESH_SECONDS)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
