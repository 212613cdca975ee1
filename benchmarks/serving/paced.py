"""Requests at a fixed rate, from a process of its own, however long the answers take.

What is due is sent, or waits for a free connection; its time runs from when it was due. So a
service that stands still is seen by all whom it keeps waiting, and not by one request alone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from multiprocessing.connection import Connection as Pipe
from typing import Final

from loopjobs import SystemClock
from serving.children import child
from serving.connection import LOST, Connection
from serving.load import Load
from serving.traffic import Traffic

_BEGIN: Final = "begin"
_END: Final = "end"


@dataclass(frozen=True)
class Stream:
    """Requests of one kind."""

    traffic: Traffic
    per_second: float
    connections: int


class Pacer:
    """Sends as it is told; what is answered is noted between `begin` and `end`."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    async def begin(self) -> None:
        """Note the answers to what is due from now on."""
        await self._ask(_BEGIN)

    async def end(self) -> dict[str, Load]:
        """Return what came of all that was due since `begin`, by the name of its kind."""
        loads: dict[str, Load] = await self._ask(_END)
        return loads

    async def _ask(self, word: str) -> dict[str, Load]:
        self._pipe.send(word)
        answer: dict[str, Load] = await asyncio.to_thread(self._pipe.recv)
        return answer


@asynccontextmanager
async def pacing(port: int, streams: Sequence[Stream]) -> AsyncIterator[Pacer]:
    """Send during the block."""
    with child(_run, port, streams) as (pipe, _):
        yield Pacer(pipe)


def _run(port: int, streams: Sequence[Stream], pipe: Pipe) -> None:
    asyncio.run(_send(port, streams, pipe))


async def _send(port: int, streams: Sequence[Stream], pipe: Pipe) -> None:
    senders = [_Sender(stream) for stream in streams]
    for sender in senders:
        await sender.connect(port)
    async with asyncio.TaskGroup() as tasks:
        sending = [tasks.create_task(sender.run()) for sender in senders]
        try:
            while True:
                word = await asyncio.to_thread(pipe.recv)
                for sender in senders:
                    await sender.turn(Load() if word == _BEGIN else None)
                pipe.send({sender.name: sender.measured for sender in senders})
        except EOFError:  # nobody wants to know any more
            for task in sending:
                task.cancel()
    for sender in senders:
        await sender.close()


class _Sender:
    """Sends one kind of requests."""

    def __init__(self, stream: Stream) -> None:
        self.name = stream.traffic.name
        self.measured = Load()
        self._stream = stream
        self._numbers = count()
        self._clock = SystemClock()
        self._port = 0
        self._free: deque[Connection] = deque()
        """All take turns: the service hangs up on one that is not used for a while."""
        self._opening: set[asyncio.Task[None]] = set()
        self._due: deque[tuple[float, Load | None]] = deque()
        self._load: Load | None = None
        self._missing = 0
        """Answers that are still to come, of what is measured."""
        self._is_answered = asyncio.Event()

    async def connect(self, port: int) -> None:
        self._port = port
        for _ in range(self._stream.connections):
            await self._open()

    async def run(self) -> None:
        due = self._clock.monotonic()
        while True:
            due += 1 / self._stream.per_second
            await self._clock.sleep(max(0.0, due - self._clock.monotonic()))
            if self._load is not None:
                self._missing += 1
            self._due.append((due, self._load))
            self._post()

    async def turn(self, load: Load | None) -> None:
        """Measure from now on, or wait for what was measured."""
        if load is not None:
            self.measured = load
        self._load = load
        while load is None and self._missing:
            self._is_answered.clear()
            await self._is_answered.wait()

    async def close(self) -> None:
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        for connection in self._free:
            connection.close()

    async def _open(self) -> None:
        self._free.append(await Connection.open(self._port))
        self._post()

    def _post(self) -> None:
        while self._due and self._free:
            connection = self._free.popleft()
            if not connection.is_open:
                self._replace()
                continue
            due, load = self._due.popleft()
            request = self._stream.traffic.request(next(self._numbers))
            connection.send(request, partial(self._answered, connection, due, load))

    def _replace(self) -> None:
        task = asyncio.create_task(self._open())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _answered(self, connection: Connection, due: float, load: Load | None, status: int) -> None:
        if load is not None:
            load.note(status, self._clock.monotonic() - due)
            self._missing -= 1
            self._is_answered.set()
        if status == LOST:
            self._replace()
        else:
            self._free.append(connection)
            self._post()
