"""A fenced transaction is committed by the newest lease only; shown with what happens without."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from loopjobs import (
    AsyncTransaction,
    CancellationToken,
    ClaimRequest,
    Granted,
    HostBuilder,
    LeaseLostError,
    LeaseStore,
    LoopJobOptions,
    Outcome,
    RunRecord,
    current_run,
)
from loopjobs.leases import add_leases
from loopjobs.testing import FakeClock
from servicekit.testing.postgresql_server import as_conninfo

from .benches import PostgresqlBench

INTERVAL = 10_000.0
THEIRS = ClaimRequest(job="write", holder="theirs", interval=INTERVAL, seconds=4_000)
SLOT = INTERVAL + 500


@dataclass(frozen=True, slots=True)
class Work:
    """A transaction in progress, and how it executes a statement."""

    transaction: AsyncTransaction
    execute: Callable[[str], Awaitable[object]]


Begin: TypeAlias = Callable[[str], AbstractAsyncContextManager[Work]]


@asynccontextmanager
async def with_session(url: str) -> AsyncIterator[Work]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with AsyncSession(engine) as session, session.begin():
        yield Work(session, lambda statement: session.execute(text(statement)))


@asynccontextmanager
async def with_connection(url: str) -> AsyncIterator[Work]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        yield Work(connection, lambda statement: connection.execute(text(statement)))


@asynccontextmanager
async def with_psycopg(url: str) -> AsyncIterator[Work]:
    async with await psycopg.AsyncConnection.connect(as_conninfo(url)) as connection:
        yield Work(connection, lambda statement: connection.execute(statement.encode()))


@pytest.fixture(params=[with_session, with_connection, with_psycopg])
def begin(request: pytest.FixtureRequest) -> Begin:
    """Begin a transaction with one library or another."""
    begin: Begin = request.param
    return begin


@pytest.fixture
def others(postgresql: PostgresqlBench) -> LeaseStore:
    """The connection of another replica, and a table that both write to."""
    postgresql.control.execute("DROP TABLE IF EXISTS written")
    postgresql.control.execute("CREATE TABLE written (by TEXT)")
    return postgresql.connect()


def written(bench: PostgresqlBench) -> list[str]:
    rows = bench.control.execute("SELECT by FROM written").fetchall()
    return [str(by) for (by,) in rows]


async def run_once(
    bench: PostgresqlBench, body: Callable[[], Awaitable[None]], **options: object
) -> RunRecord:
    """Run that as a job of a host whose leases are on the bench."""

    async def write(ct: CancellationToken) -> None:
        await body()

    section = {"IntervalInSeconds": INTERVAL, "LeaseInSeconds": 4_000, "RunOn": "OneReplica"}
    settings = {
        "Leases": {"Url": bench.url, "Namespace": bench.namespace},
        "write": {**section, **options},
    }
    builder = HostBuilder(settings_files=(), settings=settings, clock=FakeClock())
    add_leases(builder).add_loop_job(write, LoopJobOptions)
    return await builder.build().run_once("write")


def test_jobs_are_named_as_their_functions() -> None:
    """What the other replica asks for is what ours runs."""
    assert THEIRS.job == "write"


async def test_the_newest_lease_may_write(
    postgresql: PostgresqlBench, others: LeaseStore, begin: Begin
) -> None:
    """The fence is one statement more, or two."""

    async def body() -> None:
        async with begin(postgresql.url) as work:
            await current_run().fenced(work.transaction)
            await work.execute("INSERT INTO written VALUES ('ours')")

    assert (await run_once(postgresql, body)).outcome is Outcome.SUCCEEDED
    assert written(postgresql) == ["ours"]


@pytest.mark.parametrize("is_fenced", [True, False])
async def test_a_late_write_is_refused_and_without_a_fence_it_is_not(
    postgresql: PostgresqlBench, others: LeaseStore, begin: Begin, *, is_fenced: bool
) -> None:
    """Another replica has taken the lease over while this one slept through it."""

    async def body() -> None:
        postgresql.step(SLOT)
        taken = others.claim(THEIRS)
        assert isinstance(taken, Granted)
        assert taken.is_takeover
        async with begin(postgresql.url) as work:
            if is_fenced:
                await current_run().fenced(work.transaction)
            await work.execute("INSERT INTO written VALUES ('late')")

    record = await run_once(postgresql, body)
    assert written(postgresql) == ([] if is_fenced else ["late"])
    assert (record.outcome is Outcome.FAILED) is is_fenced
    assert is_fenced is ("LeaseLostError" in (record.error or ""))


@pytest.mark.parametrize("is_fenced", [True, False])
async def test_nobody_takes_over_before_a_fenced_transaction_has_ended(
    postgresql: PostgresqlBench, others: LeaseStore, *, is_fenced: bool
) -> None:
    """It wrote, its lease ended, and it has not committed yet: both would have written."""

    async def body() -> None:
        async with with_psycopg(postgresql.url) as work:
            if is_fenced:
                await current_run().fenced(work.transaction)
            await work.execute("INSERT INTO written VALUES ('ours')")
            postgresql.step(SLOT)
            assert isinstance(others.claim(THEIRS), Granted) is not is_fenced

    assert (await run_once(postgresql, body)).outcome is Outcome.SUCCEEDED
    assert written(postgresql) == ["ours"]
    postgresql.step(SLOT)
    assert isinstance(others.claim(THEIRS), Granted)


async def test_a_fenced_transaction_holds_no_renewal_up(
    postgresql: PostgresqlBench, others: LeaseStore
) -> None:
    """A transaction that is longer than the lease is none of its business."""
    ours = replace(THEIRS, holder="ours", job="long")
    answer = others.claim(ours)
    assert isinstance(answer, Granted)

    async def body() -> None:
        async with with_psycopg(postgresql.url) as work:
            await current_run().fenced(work.transaction)
            process, token = postgresql.control.execute(
                "SELECT holder, fencing_token FROM loopjobs_leases"
                " WHERE namespace = %s AND job = 'write'",
                [postgresql.namespace],
            ).fetchall()[0]
            lease = replace(answer.lease, job="write", holder=process, fencing_token=token)
            assert others.renew([lease]) == [lease]

    assert (await run_once(postgresql, body)).error is None


async def test_a_process_that_freezes_in_its_transaction_does_not_stay(
    postgresql: PostgresqlBench, others: LeaseStore
) -> None:
    """The server ends the transaction when the lease would have ended; then others go on."""

    async def body() -> None:
        postgresql.control.execute("UPDATE loopjobs_leases SET lease_us = 100000")
        async with with_psycopg(postgresql.url) as work:
            await current_run().fenced(work.transaction)
            await work.execute("INSERT INTO written VALUES ('frozen')")
            postgresql.step(SLOT)
            assert not isinstance(others.claim(THEIRS), Granted)
            while not isinstance(others.claim(THEIRS), Granted):
                time.sleep(0.02)  # noqa: ASYNC251 - the process is frozen

    record = await run_once(postgresql, body)
    assert "idle-in-transaction" in str(record.error)
    assert written(postgresql) == []


async def test_a_fence_needs_a_transaction(postgresql: PostgresqlBench, others: LeaseStore) -> None:
    """Where each statement is committed by itself it would be gone before the write."""

    async def body() -> None:
        conninfo = as_conninfo(postgresql.url)
        async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
            with pytest.raises(RuntimeError, match="begin one"):
                await current_run().fenced(connection)

    assert (await run_once(postgresql, body)).error is None


async def test_a_fence_in_a_thread_is_taken_at_once(
    postgresql: PostgresqlBench, others: LeaseStore
) -> None:
    """A connection that is not awaited needs no loop."""

    def write() -> None:
        with psycopg.connect(as_conninfo(postgresql.url)) as connection:
            current_run().fenced(connection)
            connection.execute("INSERT INTO written VALUES ('thread')")

    async def body() -> None:
        await asyncio.to_thread(write)
        postgresql.step(SLOT)
        others.claim(THEIRS)
        with pytest.raises(LeaseLostError):
            await asyncio.to_thread(write)

    assert (await run_once(postgresql, body)).error is None
    assert written(postgresql) == ["thread"]


async def test_a_run_without_a_lease_takes_no_fence(
    postgresql: PostgresqlBench, others: LeaseStore
) -> None:
    """A fence that lets everybody through is worse than none."""

    async def body() -> None:
        async with with_psycopg(postgresql.url) as work:
            with pytest.raises(LeaseLostError, match="no lease"):
                await current_run().fenced(work.transaction)

    assert (await run_once(postgresql, body, RunOn="EveryReplica")).error is None
