"""One stream of server-sent events: the newest snapshot, whenever there is a newer one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from loopjobs import Clock
from loopjobs.web._snapshots import FRESH_SECONDS, Snapshots

COMMENT_SECONDS: Final = 15.0
"""A stream that has nothing to tell says so this often, so that nobody takes it for dead."""

_ROUNDING: Final = 1e-6
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    # What proxies such as nginx take for: hand it on at once.
    (b"x-accel-buffering", b"no"),
]
_RETRY: Final = b"retry: 2000\n\n"
_COMMENT: Final = b": still here\n\n"


class EventStream:
    """An ASGI answer that lasts until the client leaves, or until it is to end.

    What cannot be sent because the client does not read is not kept: once it reads again, it gets
    what is newest then.

    Args:
        snapshots: What is told.
        clock: The time that passes between two looks.
        ending: Returns when the stream is to end.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        clock: Clock,
        ending: Callable[[], Awaitable[None]],
    ) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._ending = ending
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
        ending = asyncio.ensure_future(self._ending())
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
        told, told_at = 0, self._clock.monotonic()
        while True:
            snapshot = self._snapshots.latest()
            now = self._clock.monotonic()
            if snapshot.number != told:
                told, told_at = snapshot.number, now
                await self._send(send, f"event: jobs\ndata: {snapshot.text}\n\n".encode())
            elif now - told_at >= COMMENT_SECONDS - _ROUNDING:
                told_at = now
                await self._send(send, _COMMENT)
            await self._clock.sleep(FRESH_SECONDS)

    async def _send(self, send: Send, body: bytes) -> None:
        self._is_sending = True
        await send({"type": "http.response.body", "body": body, "more_body": True})
        self._is_sending = False


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
