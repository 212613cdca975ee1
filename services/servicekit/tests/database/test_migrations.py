"""Bringing the schema up to date at the start."""

import asyncio

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from loopjobs import StartError, SystemClock
from loopjobs.testing import FakeClock
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions


def options(url: str) -> DatabaseOptions:
    return DatabaseOptions.model_validate({"Url": url, "BusyTimeoutInSeconds": 0.05})


async def revision(database: Database) -> object:
    async with database.reader.connect() as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )


def latest(revisions: Revisions) -> str | None:
    return ScriptDirectory(str(revisions.directory)).get_current_head()


class Impatient(FakeClock):
    """Time passes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.slept.set()
        await asyncio.sleep(0)


async def test_a_new_database_gets_its_directory_and_its_schema(
    empty_database_url: str, revisions: Revisions, clock: FakeClock
) -> None:
    """Starting with nothing at all is enough; starting again changes nothing."""
    async with Database(options(empty_database_url)) as database:
        service = MigrationService(database, revisions, clock)
        for _ in range(2):
            await service.start()
            assert await revision(database) == latest(revisions)
        await service.stop()


async def test_processes_that_start_at_once_take_turns(
    empty_database_url: str, revisions: Revisions
) -> None:
    """Two processes, one new database: both start, the schema is built once."""
    chosen = options(empty_database_url).model_copy(update={"busy_timeout_in_seconds": 5.0})
    # The real clock: turning a new file into WAL mode ignores the busy timeout once in a while, and
    # then one of them really has to wait for the other.
    clock = SystemClock()
    async with Database(chosen) as first, Database(chosen) as second:
        await asyncio.gather(
            *(MigrationService(each, revisions, clock).start() for each in (first, second))
        )
        assert await revision(second) == latest(revisions)


async def test_a_busy_database_is_tried_again(
    empty_database_url: str, revisions: Revisions
) -> None:
    """While another process migrates, the start waits; when it is done, the start goes on."""
    chosen = options(empty_database_url)
    async with Database(chosen) as database, Database(chosen) as other:
        other.prepare()
        async with other.changing_schema():
            clock = Impatient()
            starting = asyncio.create_task(MigrationService(database, revisions, clock).start())
            await clock.slept.wait()
        await starting
        assert await revision(database) == latest(revisions)


async def test_a_database_that_stays_busy_fails_the_start(
    empty_database_url: str, revisions: Revisions
) -> None:
    """The error says what to look for."""
    chosen = options(empty_database_url)
    async with Database(chosen) as database, Database(chosen) as other:
        other.prepare()
        async with other.changing_schema():
            with pytest.raises(StartError, match="other processes keep the database busy"):
                await MigrationService(database, revisions, Impatient()).start()
