"""One HTTP connection over a plain socket.

An HTTP library would take longer over a request than the service does, and be what is measured.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Self, cast

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_LOOPBACK: Final = "127.0.0.1"
LOST: Final = 0
"""Instead of a status: the connection was closed before the answer was there."""


class Connection(asyncio.Protocol):
    """One connection that is kept, with one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._answer = b""
        self._on_answer: Callable[[int], None] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a service on this machine."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, _LOOPBACK, port)
        return connection

    def send(self, request: bytes, on_answer: Callable[[int], None]) -> None:
        """Send a request; its status is told when its whole answer is there."""
        self._on_answer = on_answer
        self._transport.write(request)
        if not self.is_open:
            self._tell(LOST)

    @property
    def is_open(self) -> bool:
        """Whether it can be sent over: a service hangs up where nothing comes for a while."""
        return not self._transport.is_closing()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Tell the status, if this was the end of an answer."""
        self._answer += data
        head, found, body = self._answer.partition(_HEAD_END)
        if found and len(body) >= _length_of(head):
            self._answer = b""
            self._tell(int(head[9:12]))

    def connection_lost(self, _: Exception | None) -> None:
        """Wait for nothing more."""
        self._tell(LOST)

    def _tell(self, status: int) -> None:
        told, self._on_answer = self._on_answer, None
        if told is not None:
            told(status)


def _length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    return 0
