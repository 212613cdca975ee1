"""What a case of the benchmark says: rows, a job, and somebody who writes meanwhile."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Final, TypeAlias

from sqlalchemy import insert
from sqlalchemy.orm import DeclarativeBase

from loopjobs import CancellationToken, Clock, SystemClock
from servicekit.database import Database, DatabaseOptions, Revisions

Row: TypeAlias = Mapping[str, object]
Advance: TypeAlias = Callable[[int], None]
"""Told of rows as they are written."""

_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Scene:
    """Where a case takes place."""

    database: Database
    rows: int
    """So many that `--rows` asked for."""
    folder: Path
    """For files."""
    clock: Clock


@dataclass(frozen=True)
class ScenePlace:
    """Where a scene is, for every process that takes part in it."""

    url: str
    rows: int
    folder: Path

    @asynccontextmanager
    async def scene(self, patience: float = 5.0) -> AsyncIterator[Scene]:
        """Open the database; closed after the block.

        Args:
            patience: seconds to wait for others to finish writing.
        """
        settings = {"Url": self.url, "BusyTimeoutInSeconds": patience}
        async with Database(DatabaseOptions.model_validate(settings)) as database:
            yield Scene(database, self.rows, self.folder, SystemClock())


Execute: TypeAlias = Callable[[CancellationToken], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """One job at scale. A new one is a file of its own and a line in `sweeps_at_scale.CASES`."""

    name: str
    table: str
    """The table whose rows `--rows` is about."""
    revisions: Revisions
    """Of the service whose job it is."""
    fill: Callable[[Scene, Advance], Awaitable[None]]
    """Writes the rows, some of which the job is about."""
    job: Callable[[Scene], Execute]
    """Makes the job; the benchmark calls its `execute` once."""
    write: Callable[[Scene, int], Awaitable[None]]
    """What another client does every few milliseconds; gets the number of its write."""


def revisions_of(storage: ModuleType) -> Revisions:
    """Return the revisions of a service by the package in which they are."""
    return Revisions(Path(str(storage.__file__)).parent / "migrations")


async def write_rows(
    scene: Scene, table: type[DeclarativeBase], rows: Iterable[Row], advance: Advance | None = None
) -> None:
    """Insert rows in portions."""
    for portion in _portions(iter(rows)):
        async with scene.database.writing() as session:
            await session.execute(insert(table), portion)
        if advance is not None:
            advance(len(portion))


def _portions(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while portion := list(islice(rows, _AT_ONCE)):
        yield portion
