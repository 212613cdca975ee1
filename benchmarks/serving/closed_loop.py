"""Requests as fast as they are answered, over so many connections, from a process of its own."""

import asyncio
import os
import resource
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing.connection import Connection as Pipe
from typing import Final

import psutil

from loopjobs import SystemClock
from serving.children import child
from serving.connection import LOST, Connection
from serving.load import Load
from serving.traffic import Traffic

_WARM_UP: Final = 5
"""Answers that each connection has had when it begins, on the average."""


@dataclass(frozen=True)
class Demand:
    """What is sent."""

    port: int
    pid: int
    """Of the process that answers."""
    traffic: Traffic
    connections: int
    seconds: float
    """For how long it is measured, once everybody has had some answers."""
    core: int | None = None
    """The processor that the sender keeps to."""


@dataclass
class Throughput:
    """What came of it."""

    load: Load = field(default_factory=Load)
    seconds: float = 0.0
    processor_time: float = 0.0
    """Seconds of it that the service used."""
    busy: float = 0.0
    """The share of the time in which the sender was at work: near 1, it is what is measured."""

    @property
    def per_second(self) -> float:
        """Good answers, a second."""
        return self.load.good / self.seconds if self.seconds else 0.0


def load(demand: Demand) -> Throughput:
    """Send from a process of its own; return what came of it."""
    with child(_run, demand) as (pipe, _):
        measured: Throughput = pipe.recv()
    return measured


def _run(demand: Demand, pipe: Pipe) -> None:
    if demand.core is not None:
        os.sched_setaffinity(0, {demand.core})
    pipe.send(asyncio.run(_send(demand)))


async def _send(demand: Demand) -> Throughput:
    clock, sender = SystemClock(), _Sender(demand.traffic)
    connections = [await Connection.open(demand.port) for _ in range(demand.connections)]
    for connection in connections:
        sender.send(connection)
    await sender.until_answered(demand.connections * _WARM_UP)
    measured, service = Throughput(), psutil.Process(demand.pid)
    began, worked, used = clock.monotonic(), _processor_time(), _used_by(service)
    sender.load = measured.load
    await clock.sleep(demand.seconds)
    sender.load = None
    measured.seconds = clock.monotonic() - began
    measured.processor_time = _used_by(service) - used
    measured.busy = (_processor_time() - worked) / measured.seconds
    await sender.stop()
    for connection in connections:
        connection.close()
    return measured


def _processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _used_by(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


class _Sender:
    """Sends the next request when an answer is there."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._numbers = count()
        self._clock = SystemClock()
        self._open = 0
        self._answers = 0
        self._awaited = 0
        self._is_warm = asyncio.Event()
        self._last: asyncio.Future[None] | None = None
        self.load: Load | None = None

    def send(self, connection: Connection) -> None:
        """Send the next request over a connection, and go on with it."""
        self._open += 1
        began = self._clock.monotonic()
        request = self._traffic.request(next(self._numbers))
        connection.send(request, partial(self._answered, connection, began))

    async def until_answered(self, answers: int) -> None:
        """Wait for the first answers."""
        self._awaited = answers
        await self._is_warm.wait()

    async def stop(self) -> None:
        """Send no more, and take the last answers."""
        self._last = asyncio.get_running_loop().create_future()
        if self._open:
            await self._last

    def _answered(self, connection: Connection, began: float, status: int) -> None:
        self._open -= 1
        self._answers += 1
        if self._answers >= self._awaited > 0:
            self._is_warm.set()
        if self.load is not None:
            self.load.note(status, self._clock.monotonic() - began)
        if self._last is None and status != LOST:
            self.send(connection)
        elif self._last is not None and not self._open:
            self._last.set_result(None)
