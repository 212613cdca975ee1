"""Another client of the database: a process of its own, which writes every few milliseconds."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

from loopjobs import SystemClock
from servicekit.database import Database, DatabaseOptions
from sweeps.case import Case

_EVERY: Final = 0.005
_PATIENCE_IN_SECONDS: Final = 60


@dataclass
class Latencies:
    """How long each write took, in milliseconds."""

    values: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Return what that share of the writes stayed below."""
        ordered = sorted(self.values)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


@asynccontextmanager
async def writing(case: Case, url: str, rows: int, first: int) -> AsyncIterator[Latencies]:
    """Let another process write during the block; the latencies are there after it.

    Args:
        case: says what is written.
        url: where the database is.
        rows: how many rows there were.
        first: the number of its first write: what was written before is not written again.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    client = context.Process(target=_run, args=(case, url, rows, first, theirs))
    client.start()
    latencies = Latencies()
    await asyncio.to_thread(ours.recv)  # it is ready
    try:
        yield latencies
    finally:
        ours.send("end")
        latencies.values = await asyncio.to_thread(ours.recv)
        await asyncio.to_thread(client.join)


def _run(case: Case, url: str, rows: int, first: int, pipe: Connection) -> None:
    values = asyncio.run(_write(case, url, rows, first, pipe))
    pipe.send(values)


async def _write(case: Case, url: str, rows: int, first: int, pipe: Connection) -> list[float]:
    clock = SystemClock()
    settings = {"Url": url, "BusyTimeoutInSeconds": _PATIENCE_IN_SECONDS}
    async with Database(DatabaseOptions.model_validate(settings)) as database:
        await case.write(database, rows, first, clock)  # connections are open from here on
        pipe.send("ready")
        values: list[float] = []
        while not pipe.poll():
            began = clock.monotonic()
            await case.write(database, rows, first + 1 + len(values), clock)
            values.append((clock.monotonic() - began) * 1_000)
            await clock.sleep(_EVERY)
    return values
