"""In SQLite, too, a fenced transaction is committed by the newest lease only."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import TypeAlias

import aiosqlite
import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from loopjobs import (
    AsyncTransaction,
    CancellationToken,
    HostBuilder,
    LeaseLostError,
    LoopJobOptions,
    Outcome,
    RunRecord,
    current_run,
)
from loopjobs.leases import add_leases
from loopjobs.testing import FakeClock

INSERT = "INSERT INTO written VALUES ('ours')"

Execute: TypeAlias = Callable[[str], Awaitable[object]]
Begin: TypeAlias = Callable[[Path], AbstractAsyncContextManager[tuple[AsyncTransaction, Execute]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a table to write to."""
    file = tmp_path / "test.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE written (by TEXT)")
    return file


@asynccontextmanager
async def with_session(file: Path) -> AsyncIterator[tuple[AsyncTransaction, Execute]]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", poolclass=NullPool)
    async with AsyncSession(engine) as session, session.begin():
        connection = await session.connection()
        yield session, connection.exec_driver_sql


@asynccontextmanager
async def with_aiosqlite(file: Path) -> AsyncIterator[tuple[AsyncTransaction, Execute]]:
    async with aiosqlite.connect(file) as connection:
        yield connection, connection.execute
        await connection.commit()


@pytest.fixture(params=[with_session, with_aiosqlite])
def begin(request: pytest.FixtureRequest) -> Begin:
    """Begin a transaction with one library or another."""
    begin: Begin = request.param
    return begin


def written(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return len(connection.execute("SELECT * FROM written").fetchall())


def overtake(file: Path) -> None:
    """Do to the row what another process does to it that takes over."""
    with closing(sqlite3.connect(file, timeout=0)) as connection, connection:
        connection.execute("UPDATE loopjobs_leases SET token = token + 1, holder = 'theirs'")


async def run_once(file: Path, body: Callable[[], Awaitable[None]]) -> RunRecord:
    """Run that as a job of a host whose leases are in that file, in an odd namespace."""

    async def write(ct: CancellationToken) -> None:
        await body()

    settings = {
        "Leases": {"Url": f"sqlite:///{file}", "Namespace": "o'ne:%s ?"},
        "write": {"IntervalInSeconds": 60, "RunOn": "OneReplica"},
    }
    builder = HostBuilder(settings_files=(), settings=settings, clock=FakeClock())
    add_leases(builder).add_loop_job(write, LoopJobOptions)
    return await builder.build().run_once("write")


@pytest.mark.parametrize("is_overtaken", [False, True])
@pytest.mark.parametrize("is_fenced", [False, True])
async def test_only_the_newest_lease_may_write(
    file: Path, begin: Begin, *, is_fenced: bool, is_overtaken: bool
) -> None:
    """One that was taken over may not, and without a fence it would."""

    async def body() -> None:
        if is_overtaken:
            overtake(file)
        async with begin(file) as (transaction, execute):
            if is_fenced:
                await current_run().fenced(transaction)
            await execute(INSERT)

    record = await run_once(file, body)
    is_refused = is_fenced and is_overtaken
    assert written(file) == int(not is_refused)
    assert (record.outcome is Outcome.FAILED) is is_refused
    assert ("LeaseLostError" in (record.error or "")) is is_refused


async def test_nobody_takes_over_before_the_transaction_has_ended(file: Path, begin: Begin) -> None:
    """The fence has the write lock from its first statement on."""

    async def body() -> None:
        async with begin(file) as (transaction, _):
            await current_run().fenced(transaction)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                overtake(file)
        overtake(file)

    assert (await run_once(file, body)).error is None


async def test_a_fence_needs_a_transaction(file: Path) -> None:
    """Where each statement is committed by itself it would be gone before the write."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", poolclass=NullPool)

    @event.listens_for(engine.sync_engine, "connect")
    def commit_each_statement(connection: DBAPIConnection, _: object) -> None:
        connection.isolation_level = None

    async def body() -> None:
        async with aiosqlite.connect(file, isolation_level=None) as connection:
            with pytest.raises(RuntimeError, match="begin one"):
                await current_run().fenced(connection)
        async with engine.connect() as connected:
            with pytest.raises(RuntimeError, match="begin one"):
                await current_run().fenced(connected)

    assert (await run_once(file, body)).error is None


async def test_a_fence_in_a_thread_is_taken_at_once(file: Path) -> None:
    """A connection that is not awaited needs no loop."""

    def write() -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            current_run().fenced(connection)
            connection.execute(INSERT)

    async def body() -> None:
        await asyncio.to_thread(write)
        overtake(file)
        with pytest.raises(LeaseLostError):
            await asyncio.to_thread(write)

    assert (await run_once(file, body)).error is None
    assert written(file) == 1
