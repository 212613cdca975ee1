"""Another client of the database: a process of its own, which writes every few milliseconds."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

from sweeps.case import Case, ScenePlace

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
async def writing(case: Case, place: ScenePlace, first: int) -> AsyncIterator[Latencies]:
    """Let another process write during the block; the latencies are there after it.

    Args:
        case: says what is written.
        place: where.
        first: the number of its first write: what was written before is not written again.
    """
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    client = context.Process(target=_run, args=(case, place, first, theirs))
    client.start()
    latencies = Latencies()
    await asyncio.to_thread(ours.recv)  # it is ready
    try:
        yield latencies
    finally:
        ours.send("end")
        latencies.values = await asyncio.to_thread(ours.recv)
        await asyncio.to_thread(client.join)


def _run(case: Case, place: ScenePlace, first: int, pipe: Connection) -> None:
    values = asyncio.run(_write(case, place, first, pipe))
    pipe.send(values)


async def _write(case: Case, place: ScenePlace, first: int, pipe: Connection) -> list[float]:
    async with place.scene(patience=_PATIENCE_IN_SECONDS) as scene:
        await case.write(scene, first)  # connections are open from here on
        pipe.send("ready")
        values: list[float] = []
        while not pipe.poll():
            began = scene.clock.monotonic()
            await case.write(scene, first + 1 + len(values))
            values.append((scene.clock.monotonic() - began) * 1_000)
            await scene.clock.sleep(_EVERY)
    return values
