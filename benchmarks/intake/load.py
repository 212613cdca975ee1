"""Many PCs that send keep-alives as fast as they are answered, over plain sockets.

An HTTP library would take longer over a request than the service does, and be what is measured.
"""

import asyncio
import multiprocessing
import os
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from typing import Final, cast

from intake.fleet import credential_of, mac_of
from loopjobs import SystemClock

_STRIDE: Final = 7_919
"""All over the table, and no PC twice before every other one was heard."""
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_PATIENCE_IN_SECONDS: Final = 60


@dataclass(frozen=True)
class Demand:
    """What is sent."""

    port: int
    pcs: int
    """How many PCs there are; numbers 1 to this."""
    connections: int
    seconds: float
    """For how long it is measured."""
    warm_up: float
    """For how long it was sent before that."""
    core: int | None = None
    """The processor that the sender keeps to."""
    offset: int = 0
    """Whose turn it is first."""


@dataclass
class Load:
    """What came of it."""

    answers: Counter[int] = field(default_factory=Counter)
    """HTTP status and how often it was answered while it was measured."""
    latencies: list[float] = field(default_factory=list)
    """Milliseconds from the request to the end of its answer."""
    seconds: float = 0.0
    busy: float = 0.0
    """The share of the time in which the sender was at work: near 1, it is what is measured."""

    @property
    def per_second(self) -> float:
        """Keep-alives answered with 200, a second."""
        return self.answers[200] / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Return what that share of the answers stayed below, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


@contextmanager
def loading(demand: Demand) -> Iterator[Connection]:
    """Send from a process of its own; its `Load` comes through the pipe when it is done."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    sender = context.Process(target=_run, args=(demand, theirs))
    sender.start()
    theirs.close()
    try:
        yield ours
    finally:
        sender.join(_PATIENCE_IN_SECONDS)
        sender.kill()
        sender.join()


def _run(demand: Demand, pipe: Connection) -> None:
    if demand.core is not None:
        os.sched_setaffinity(0, {demand.core})
    pipe.send(asyncio.run(_send(demand)))


async def _send(demand: Demand) -> Load:
    loop, clock = asyncio.get_running_loop(), SystemClock()
    numbers = count(demand.offset)
    senders: list[_Sender] = []
    for _ in range(demand.connections):
        _, sender = await loop.create_connection(
            lambda: _Sender(numbers, demand.pcs), "127.0.0.1", demand.port
        )
        senders.append(sender)
    for sender in senders:
        sender.send()
    await clock.sleep(demand.warm_up)
    load = Load()
    began, worked = clock.monotonic(), _processor_time()
    for sender in senders:
        sender.load = load
    await clock.sleep(demand.seconds)
    load.seconds = clock.monotonic() - began
    load.busy = (_processor_time() - worked) / load.seconds
    for sender in senders:
        sender.load = None
    await asyncio.gather(*(sender.close() for sender in senders))
    return load


def _processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class _Sender(asyncio.Protocol):
    """One connection that is kept: the next request goes out when the answer is there."""

    def __init__(self, numbers: Iterator[int], pcs: int) -> None:
        self._numbers = numbers
        self._pcs = pcs
        self._clock = SystemClock()
        self._transport: asyncio.Transport
        self._answer = b""
        self._sent_at = 0.0
        self._closing: asyncio.Future[None] | None = None
        self.load: Load | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self) -> None:
        """Send the keep-alive of the PC whose turn it is."""
        number = next(self._numbers) * _STRIDE % self._pcs + 1
        self._sent_at = self._clock.monotonic()
        self._transport.write(
            b"PUT /v1/pcs/%b/keep-alive HTTP/1.1\r\nHost: login\r\nAuthorization: Bearer %b\r\n\r\n"
            % (mac_of(number).encode(), credential_of(number).encode())
        )

    def data_received(self, data: bytes) -> None:
        """Send the next one, if this was the end of an answer."""
        self._answer += data
        head, found, body = self._answer.partition(_HEAD_END)
        if not found or len(body) < _length_of(head):
            return
        if self.load is not None:
            self.load.answers[int(head[9:12])] += 1
            self.load.latencies.append((self._clock.monotonic() - self._sent_at) * 1_000)
        self._answer = b""
        if self._closing is None:
            self.send()
        elif not self._closing.done():
            self._closing.set_result(None)

    def connection_lost(self, _: Exception | None) -> None:
        """Wait for nothing more."""
        if self._closing is not None and not self._closing.done():
            self._closing.set_result(None)

    async def close(self) -> None:
        """Take the last answer, and hang up."""
        self._closing = asyncio.get_running_loop().create_future()
        if not self._transport.is_closing():
            await self._closing
        self._transport.close()


def _length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    return 0
