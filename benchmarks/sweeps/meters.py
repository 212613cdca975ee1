"""What is measured about a job: statements, transactions, memory."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Final

import psutil
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from loopjobs import Clock
from servicekit.database import Database

_LOOK_EVERY: Final = 0.02


@dataclass
class Meter:
    """Counts, and keeps the longest and the highest; seconds and bytes."""

    statements: int = 0
    longest_write: float = 0.0
    """Of the transactions that could write, and so could lock out others."""
    longest_read: float = 0.0
    memory_before: int = 0
    memory_peak: int = 0
    longest_held: float = 0.0
    """How late the event loop came to a timer: so long a request of the service would wait."""


@contextmanager
def metered(database: Database, clock: Clock) -> Iterator[Meter]:
    """Measure all that happens to the database in the block."""
    meter = Meter()
    engines = [database.writer.sync_engine]
    if database.is_sqlite:  # elsewhere the reader passes on what the writer's listeners hear
        engines.append(database.reader.sync_engine)
    listeners = _listeners(meter, clock, database.reader.sync_engine)
    for engine, (name, listener) in product(engines, listeners.items()):
        event.listen(engine, name, listener)
    yield meter
    for engine, (name, listener) in product(engines, listeners.items()):
        event.remove(engine, name, listener)


def _listeners(meter: Meter, clock: Clock, reader: Engine) -> dict[str, Callable[..., None]]:
    began: dict[DBAPIConnection | None, tuple[float, bool]] = {}

    def begin(connection: Connection) -> None:
        ours = connection.connection.dbapi_connection
        began[ours] = clock.monotonic(), connection.engine is reader

    def end(connection: DBAPIConnection, _: object) -> None:
        now = clock.monotonic()
        since, is_read = began.pop(connection, (now, True))
        if is_read:
            meter.longest_read = max(meter.longest_read, now - since)
        else:
            meter.longest_write = max(meter.longest_write, now - since)

    def count(*_: object) -> None:
        meter.statements += 1

    # Given back, for the event of a commit comes before it.
    return {"begin": begin, "checkin": end, "before_cursor_execute": count}


async def watch(meter: Meter, clock: Clock) -> None:
    """Look at this process's memory and its event loop until cancelled."""
    process = psutil.Process()
    meter.memory_before = meter.memory_peak = process.memory_info().rss
    while True:
        due = clock.monotonic() + _LOOK_EVERY
        await clock.sleep(_LOOK_EVERY)
        meter.longest_held = max(meter.longest_held, clock.monotonic() - due)
        meter.memory_peak = max(meter.memory_peak, process.memory_info().rss)


@contextmanager
def watched(meter: Meter, clock: Clock) -> Iterator[None]:
    """Look at this process's memory and its event loop during the block."""
    watcher = asyncio.create_task(watch(meter, clock))
    try:
        yield
    finally:
        watcher.cancel()
