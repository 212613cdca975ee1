"""Login as a process that keeps to one processor."""

import logging
import multiprocessing
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psutil
from dishka import Provider, Scope

from intake.shapes import Shape
from login.app import build_host_builder
from login.domain.pc_credential import PcCredential
from login.domain.ports import PcRepository
from login.storage.changes import heard
from login.storage.pc_repository import SqlPcRepository
from login.storage.pc_statements import touches_a_row
from login.storage.speakers import update_speaker
from loopjobs import SystemClock
from servicekit.cli.serving import serve_until_stopped
from servicekit.database import Database
from servicekit.mac import MacAddress

_LOOK_EVERY: Final = 0.05
_PATIENCE: Final = 60.0
_LOOPBACK: Final = "127.0.0.1"


class OneByOne(SqlPcRepository):
    """The PCs, where each keep-alive has a transaction of its own."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._store = database

    async def keep_alive(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        """Note that a PC was heard."""
        async with self._store.writing() as session:
            await touches_a_row(session, update_speaker(mac, credential).values(heard(now)))


@dataclass(frozen=True)
class Serving:
    """One that is up."""

    port: int
    pid: int

    def processor_time(self) -> float:
        """Return the seconds of processor time that it has used so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(url: str, folder: Path, shape: Shape, core: int | None) -> Iterator[Serving]:
    """Serve during the block, on one processor; stopped in order at the end."""
    port = _free_port()
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_serve, args=(url, folder, shape, port, core))
    process.start()
    try:
        _wait_for(port)
        yield Serving(port, process.pid or 0)
    finally:
        process.terminate()
        process.join(_PATIENCE)
        process.kill()
        process.join()


def _serve(url: str, folder: Path, shape: Shape, port: int, core: int | None) -> None:
    logging.disable(logging.CRITICAL)
    if core is not None:
        os.sched_setaffinity(0, {core})
    settings = {
        "Database": {"Url": url},
        "Http": {"Port": port},
        "Tokens": {"KeysDirectory": str(folder / "keys")},
        # Small fleets speak more often here than PCs would.
        "KeepAlive": {"MaxPerMinute": 60_000},
    }
    builder = build_host_builder(settings_files=[], settings=settings)
    if shape is Shape.ONE_BY_ONE:
        instead = Provider(scope=Scope.APP)
        instead.provide(OneByOne, provides=PcRepository)
        builder.add_provider(instead)
    serve_until_stopped(builder)


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    clock = SystemClock()
    end = clock.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection((_LOOPBACK, port), timeout=_LOOK_EVERY).close()
        except OSError:
            if clock.monotonic() > end:
                raise
        else:
            return
