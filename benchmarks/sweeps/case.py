"""What a case of the benchmark says: rows, a job, and somebody who writes meanwhile."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from loopjobs import CancellationToken, Clock, SystemClock
from servicekit.database import Database, DatabaseOptions, Revisions
from sweeps.bulk import Expressions

Row: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Scene:
    """Where a case takes place."""

    database: Database
    rows: int
    """So many that `--rows` asked for."""
    folder: Path
    """For files."""
    clock: Clock

    @property
    def expressions(self) -> Expressions:
        """What the database makes of numbers, to fill tables with."""
        return Expressions(self.database.is_sqlite, self.clock.now())


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
    """One job at scale. A new one is a file of its own and a line in `catalogue.CASES`."""

    name: str
    table: str
    """The table whose rows `--rows` is about."""
    revisions: Revisions
    """Of the service whose job it is."""
    fill: Callable[[Scene], Awaitable[None]]
    """Writes the rows, some of which the job is about."""
    job: Callable[[Scene], Execute]
    """Makes the job; the benchmark calls its `execute` once."""
    write: Callable[[Scene, int], Awaitable[None]]
    """What another client does every few milliseconds; gets the number of its write."""
    peer: Callable[[Scene], Awaitable[None]]
    """Does the same row by row."""
    full_rows: int
    """The scale of the specification."""
