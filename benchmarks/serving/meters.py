"""What is measured about the run of a job in a service: statements, transactions, memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Self

import psutil
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from loopjobs import Clock, Host, current_run
from servicekit.database import Database
from serving.passwords import passwords_timed

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
    passwords: list[float] = field(default_factory=list)
    """What each verification of a password took of a processor."""


class Instrument:
    """Measures what runs of jobs do to the database of a service, and to its process.

    Requests go on meanwhile. Their statements do not count; their memory and their turns on the
    event loop do, for they cannot be told apart.

    It listens from before the service has started: no listener may come or go while somebody is at
    work with the database.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._reader = database.reader.sync_engine
        self._meter: Meter | None = None
        self._began: dict[DBAPIConnection | None, tuple[float, bool]] = {}
        engines = [database.writer.sync_engine]
        if database.is_sqlite:  # elsewhere the reader passes on what the writer's listeners hear
            engines.append(self._reader)
        for engine in engines:
            event.listen(engine, "begin", self._note_begin)
            # Given back, for the event of a commit comes before it.
            event.listen(engine, "checkin", self._note_end)
            event.listen(engine, "before_cursor_execute", self._note_statement)

    @classmethod
    async def of(cls, host: Host) -> Self:
        """Return one for a service that has not started."""
        container = host.container
        return cls(await container.get(Database), await container.get(Clock))

    @asynccontextmanager
    async def measuring(self) -> AsyncIterator[Meter]:
        """Measure what is done in the block."""
        meter = self._meter = Meter()
        watcher = asyncio.create_task(_watch(meter, self._clock))
        try:
            with passwords_timed() as meter.passwords:
                yield meter
        finally:
            watcher.cancel()
            self._meter = None

    def _note_begin(self, connection: Connection) -> None:
        if self._meter is not None and _is_in_a_run():
            ours = connection.connection.dbapi_connection
            self._began[ours] = self._clock.monotonic(), connection.engine is self._reader

    def _note_end(self, connection: DBAPIConnection, _: object) -> None:
        found, meter = self._began.pop(connection, None), self._meter
        if found is None or meter is None:
            return
        since, is_read = found
        took = self._clock.monotonic() - since
        if is_read:
            meter.longest_read = max(meter.longest_read, took)
        else:
            meter.longest_write = max(meter.longest_write, took)

    def _note_statement(self, *_: object) -> None:
        if self._meter is not None:
            self._meter.statements += _is_in_a_run()


def _is_in_a_run() -> bool:
    with suppress(LookupError):
        current_run()
        return True
    return False


async def _watch(meter: Meter, clock: Clock) -> None:
    """Look at this process's memory and its event loop until cancelled."""
    process = psutil.Process()
    meter.memory_before = meter.memory_peak = process.memory_info().rss
    while True:
        due = clock.monotonic() + _LOOK_EVERY
        await clock.sleep(_LOOK_EVERY)
        meter.longest_held = max(meter.longest_held, clock.monotonic() - due)
        meter.memory_peak = max(meter.memory_peak, process.memory_info().rss)
