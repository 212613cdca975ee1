"""Jobs over many rows, while another client writes: what it takes, and what the other one feels.

    python benchmarks/sweeps_at_scale.py [--rows 50000] [--case NAME] [--database KIND]

Databases are those of the tests: a SQLite file and a PostgreSQL server without fsync, each made
for the occasion. The other client is a process of its own. `--rows 2000000` is the scale of the
specification and takes a good part of an hour.
"""

import argparse
import asyncio
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import text

from loopjobs import CancellationToken, SystemClock
from servicekit.database import MigrationService
from servicekit.testing import Place, PostgresqlPlace, SqlitePlace, postgresql_server
from sweeps import bulk_job_cleanup, pc_delete, pc_keep_alive, token_cleanup
from sweeps.case import Case, Scene, ScenePlace
from sweeps.meters import Meter, memory_watched, metered
from sweeps.other_client import Latencies, writing

CASES: Final = (pc_keep_alive.CASE, pc_delete.CASE, token_cleanup.CASE, bulk_job_cleanup.CASE)
DATABASES: Final = ("sqlite", "postgresql")
_SHORTEST: Final = 2.0
"""Seconds for which the other client is measured at the least."""
_WIDTH: Final = 140
"""Of the table where no terminal says how wide it is."""
_SECOND_ROUND: Final = 10_000_000
_COLUMNS: Final = (
    *("job", "database", "s", "statements", "longest write / read ms"),
    *("memory", "job off", "job on"),
)
CLOCK: Final = SystemClock()


@dataclass(frozen=True)
class Result:
    """What was measured of one case on one database."""

    case: Case
    database: str
    seconds: float
    meter: Meter
    off: Latencies
    on: Latencies


@contextmanager
def place_of(kind: str) -> Iterator[Place]:
    """Offer a place for databases."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="sweeps-") as folder:
            yield SqlitePlace(Path(folder))
        return
    with postgresql_server() as url:
        place = PostgresqlPlace(url)
        yield place
        place.close()


async def measure(case: Case, kind: str, place: ScenePlace, progress: Progress) -> Result:
    """Fill a database, watch the other client without the job, and then with it."""
    title = f"{case.name} on {kind}"
    async with place.scene() as scene:
        await MigrationService(scene.database, case.revisions, CLOCK).start()
        filling = progress.add_task(f"{title}: fill", total=scene.rows)
        await case.fill(scene, lambda done: progress.advance(filling, done))
        async with scene.database.writing() as session:
            await session.execute(text("ANALYZE"))
        running = progress.add_task(f"{title}: run, with another client", total=None)
        meter, seconds, on = await _run(case, place, scene)
        progress.update(running, total=1, completed=1)
        alone = progress.add_task(f"{title}: the other client alone", total=None)
        async with writing(case, place, first=_SECOND_ROUND) as off:
            await CLOCK.sleep(max(_SHORTEST, min(seconds, 10 * _SHORTEST)))
        progress.update(alone, total=1, completed=1)
    return Result(case, kind, seconds, meter, off, on)


async def _run(case: Case, place: ScenePlace, scene: Scene) -> tuple[Meter, float, Latencies]:
    execute = case.job(scene)
    with metered(scene.database, CLOCK) as meter, memory_watched(meter, CLOCK):
        async with writing(case, place, first=1) as on:
            began = CLOCK.monotonic()
            await execute(CancellationToken(CLOCK))
            seconds = CLOCK.monotonic() - began
    return meter, seconds, on


def table_of(results: list[Result], rows: int) -> Table:
    """Lay the figures out."""
    table = Table(title=f"{rows:,} rows; the other client writes every 5 ms, p50 / p99 / max in ms")
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name in {"job", "database"} else "right")
    for result in results:
        meter = result.meter
        grown = (meter.memory_peak - meter.memory_before) / 2**20
        table.add_row(
            result.case.name,
            result.database,
            f"{result.seconds:.2f}",
            f"{meter.statements:,}",
            f"{meter.longest_write * 1_000:.0f} / {meter.longest_read * 1_000:.0f}",
            f"{meter.memory_peak / 2**20:.0f} MiB (+{grown:.0f})",
            _shown(result.off),
            _shown(result.on),
        )
    return table


def _shown(latencies: Latencies) -> str:
    return " / ".join(f"{latencies.quantile(share):.1f}" for share in (0.5, 0.99, 1.0))


def _measure_in(place: Place, case: Case, kind: str, rows: int, progress: Progress) -> Result:
    url = place.create()
    with tempfile.TemporaryDirectory(prefix="sweeps-") as folder:
        scene_place = ScenePlace(url, rows, Path(folder))
        result = asyncio.run(measure(case, kind, scene_place, progress))
    place.drop(url)
    return result


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--case", choices=[case.name for case in CASES])
    parser.add_argument("--database", choices=DATABASES)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    results: list[Result] = []
    with Progress(*columns, console=console) as progress:
        for kind in [given.database] if given.database else DATABASES:
            with place_of(kind) as place:
                results += [
                    _measure_in(place, case, kind, given.rows, progress)
                    for case in CASES
                    if given.case in {None, case.name}
                ]
    console.print(table_of(results, given.rows))


if __name__ == "__main__":
    main()
