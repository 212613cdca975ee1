"""The peer: one read per row, one write per row, as such jobs are written first."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from dishka import Provider, Scope
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from loopjobs import CancellationToken, Clock, HostBuilder, LoopJobOptions, RunOn, current_run
from servicekit.database import Database
from sweeps.case import Case

RowT = TypeVar("RowT", bound=DeclarativeBase)
CHANGED: Final = "changed"
"""What the peer calls the rows that it changed."""


class RowByRowJobOptions(LoopJobOptions):
    """As the jobs have them."""

    interval_in_seconds: float = 3_600.0
    run_on: RunOn = RunOn.ONE_REPLICA


class RowByRowJob:
    """Does the work of another job row by row."""

    def __init__(self, case: Case, database: Database, clock: Clock) -> None:
        self._case = case
        self._database = database
        self._clock = clock

    async def execute(self, _: CancellationToken) -> None:
        """Do it all."""
        current_run().report(**{CHANGED: await self._case.peer(self._database, self._clock)})


def add_row_by_row(case: Case, builder: HostBuilder) -> None:
    """Let a service have the peer of one of its jobs."""
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: case, provides=Case)
    builder.add_provider(provider)
    builder.add_loop_job(RowByRowJob, RowByRowJobOptions)


async def row_by_row(
    database: Database,
    keys: Select[int],
    model: type[RowT],
    is_wanted: Callable[[RowT], bool],
    write: Callable[[AsyncSession, RowT], Awaitable[object]],
) -> int:
    """Read each row by itself, and write each that is wanted in a transaction of its own.

    Returns:
        How many were wanted.
    """
    async with database.reading() as session:
        found = (await session.scalars(keys)).all()
    changed = 0
    for one in found:
        async with database.reading() as session:
            row = await session.get(model, one)
        if row is not None and is_wanted(row):
            async with database.writing() as session:
                await write(session, row)
            changed += 1
    return changed
