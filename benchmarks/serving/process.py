"""A service as a process of its own, whose jobs can be run from here."""

import asyncio
import gc
import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from benchmark_command import CannotMeasureError
from loopjobs import Host, HostBuilder, LoopJobsError
from servicekit.http_server import HttpServer
from serving.children import child
from serving.meters import Instrument, Meter


@dataclass(frozen=True)
class Order:
    """What the process is to be."""

    builder: Callable[..., HostBuilder]
    """Of the service; takes `settings_files` and `settings`."""
    settings: Mapping[str, object]
    change: Callable[[HostBuilder], tuple[str, ...]]
    """Makes what is different from the service as it is; returns access tokens, if any."""
    core: int | None = None
    """The processor that it keeps to."""
    uvloop: Path | None = None
    """The folder with uvloop, if it is to run on that."""


@dataclass(frozen=True)
class Ran:
    """A run of a job."""

    seconds: float
    reported: Mapping[str, float]
    """What it says it did."""
    meter: Meter


@dataclass(frozen=True)
class Service:
    """One that is up."""

    port: int
    pid: int
    tokens: tuple[str, ...]
    """What `Order.change` returned."""
    pipe: Pipe

    async def run(self, job: str) -> Ran:
        """Run a job of it once, from the outside.

        Raises:
            CannotMeasureError: the run did not succeed.
        """
        self.pipe.send(job)
        ran: Ran | str = await asyncio.to_thread(self.pipe.recv)
        if isinstance(ran, str):
            raise CannotMeasureError(ran)
        return ran


@contextmanager
def serving(order: Order) -> Iterator[Service]:
    """Serve during the block; stopped in order at the end.

    Raises:
        CannotMeasureError: it does not start.
    """
    with child(_serve, order) as (pipe, pid):
        yield _started(pipe, pid)


def _started(pipe: Pipe, pid: int) -> Service:
    try:
        told: tuple[int, tuple[str, ...]] | str = pipe.recv()
    except EOFError:
        told = "it ended by itself; what it said is above"
    if isinstance(told, str):
        raise CannotMeasureError(f"the service does not start: {told}")
    return Service(told[0], pid, told[1], pipe)


def _serve(order: Order, pipe: Pipe) -> None:
    logging.disable(logging.CRITICAL)
    if order.core is not None:
        os.sched_setaffinity(0, {order.core})
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if order.uvloop is not None:
        sys.path.append(str(order.uvloop))
        factory = importlib.import_module("uvloop").new_event_loop
    try:
        builder = order.builder(settings_files=[], settings=order.settings)
        tokens = order.change(builder)
        host = builder.build()
        # As a service does before it starts, and once more when it has.
        gc.collect()
        gc.freeze()
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(_serve_until_told(host, tokens, pipe))
    except LoopJobsError as error:
        pipe.send(str(error))


async def _serve_until_told(host: Host, tokens: tuple[str, ...], pipe: Pipe) -> None:
    instrument = await Instrument.of(host)
    async with host:
        gc.freeze()
        server = next(each for each in host.services if isinstance(each, HttpServer))
        pipe.send((server.port, tokens))
        while True:
            try:
                job: str = await asyncio.to_thread(pipe.recv)
            except EOFError:
                return
            pipe.send(await _run(host, instrument, job))


async def _run(host: Host, instrument: Instrument, job: str) -> Ran | str:
    async with instrument.measuring() as meter:
        record = await host.jobs[job].trigger()
    if record.error is not None or record.started_at is None:
        return f"{job} {record.outcome}: {record.error}"
    return Ran(record.duration, dict(record.reported or {}), meter)
