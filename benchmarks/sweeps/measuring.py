"""One measurement: a database is filled, and a job or its peer runs over it once."""

import asyncio
import gc
import logging
import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import text

from loopjobs import CancellationToken, SystemClock
from servicekit.database import MigrationService
from servicekit.testing import Place
from sweeps.case import Case, Scene, ScenePlace
from sweeps.catalogue import case_named
from sweeps.meters import Meter, metered, watched
from sweeps.other_client import Latencies, writing

_ALONE: Final = 2.0
"""Seconds for which the other client is measured without the job."""
_SECOND_ROUND: Final = 10_000_000
_QUANTILES: Final = (0.5, 0.99, 1.0)


@dataclass(frozen=True)
class Result:
    """What was measured; seconds, bytes, and latencies in milliseconds by `_QUANTILES`."""

    case: str
    engine: str
    rows: int
    is_peer: bool = False
    seconds: float = 0.0
    statements: int = 0
    longest_write: float = 0.0
    longest_read: float = 0.0
    longest_held: float = 0.0
    memory_before: int = 0
    memory_peak: int = 0
    off: list[float] = field(default_factory=list)
    on: list[float] = field(default_factory=list)


def measure(case: str, engine: str, rows: int, place: Place, *, is_peer: bool = False) -> Result:
    """Measure in a process of its own, whose memory knows of nothing before."""
    url = place.create()
    context = multiprocessing.get_context("forkserver")
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
            run = _measure_peer if is_peer else _measure_job
            return pool.submit(run, case, engine, url, rows).result()
    finally:
        place.drop(url)


def _measure_peer(name: str, engine: str, url: str, rows: int) -> Result:
    logging.disable(logging.CRITICAL)
    return asyncio.run(_peer(case_named(name), engine, url, rows))


def _measure_job(name: str, engine: str, url: str, rows: int) -> Result:
    logging.disable(logging.CRITICAL)
    # As a service does before it runs.
    gc.collect()
    gc.freeze()
    return asyncio.run(_job(case_named(name), engine, url, rows))


async def _peer(case: Case, engine: str, url: str, rows: int) -> Result:
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="sweeps-") as folder:
        async with ScenePlace(url, rows, Path(folder)).scene() as scene:
            await _prepare(case, scene)
            with metered(scene.database, clock) as meter:
                began = clock.monotonic()
                await case.peer(scene)
                seconds = clock.monotonic() - began
    return Result(
        case.name, engine, rows, is_peer=True, seconds=seconds, statements=meter.statements
    )


async def _job(case: Case, engine: str, url: str, rows: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="sweeps-") as folder:
        place = ScenePlace(url, rows, Path(folder))
        async with place.scene() as scene:
            await _prepare(case, scene)
            meter, seconds, on = await _run(case, place, scene)
            async with writing(case, place, first=_SECOND_ROUND) as off:
                await scene.clock.sleep(_ALONE)
    return Result(
        case.name,
        engine,
        rows,
        seconds=seconds,
        statements=meter.statements,
        longest_write=meter.longest_write,
        longest_read=meter.longest_read,
        longest_held=meter.longest_held,
        memory_before=meter.memory_before,
        memory_peak=meter.memory_peak,
        off=[off.quantile(share) for share in _QUANTILES],
        on=[on.quantile(share) for share in _QUANTILES],
    )


async def _prepare(case: Case, scene: Scene) -> None:
    await MigrationService(scene.database, case.revisions, scene.clock).start()
    await case.fill(scene)
    async with scene.database.writing() as session:
        await session.execute(text("ANALYZE"))


async def _run(case: Case, place: ScenePlace, scene: Scene) -> tuple[Meter, float, Latencies]:
    execute, clock = case.job(scene), scene.clock
    with metered(scene.database, clock) as meter, watched(meter, clock):
        async with writing(case, place, first=1) as on:
            began = clock.monotonic()
            await execute(CancellationToken(clock))
            seconds = clock.monotonic() - began
    return meter, seconds, on
