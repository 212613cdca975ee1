"""Two transactions at once, which only PostgreSQL has."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.pc import StatusReason
from login.domain.staleness import StaleRule
from login.storage.changes import fallen_silent, heard
from login.storage.models import PcRow
from login.storage.pc_repository import SqlPcRepository
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.mac import MacAddress
from servicekit.testing import until_somebody_waits
from servicekit.testing.fixtures import on_postgresql

from .fleet import OFFLINE, ONLINE, Fleet, credential_of
from .sweeper import Sweeper

pytestmark = on_postgresql

FIRST: Final = MacAddress("020000000001")


def rule(clock: FakeClock) -> StaleRule:
    now = clock.now()
    return StaleRule(cutoff=now - timedelta(minutes=5), latest_credible=now)


async def test_case_06_a_keep_alive_that_waits_for_the_sweep_s_row_wins(
    fleet: Fleet, database: Database, other: Database, clock: FakeClock
) -> None:
    """The sweep holds the row uncommitted, a keep-alive arrives, both commit: online."""
    await fleet.add(301)
    async with database.writing() as sweep:
        await sweep.execute(
            update(PcRow).values(fallen_silent(clock.now(), StatusReason.SWEEP)),
            execution_options={"synchronize_session": False},
        )
        hearing = SqlPcRepository(other).keep_alive(FIRST, credential_of(1), clock.now())
        keep_alive = asyncio.create_task(hearing)
        await until_somebody_waits(database)
    await keep_alive
    row = await fleet.row(1)
    assert (row.status, row.offline_start_time, row.version) == (ONLINE, None, 3)
    assert [reason for *_, reason in await fleet.events()] == ["sweep", "keep_alive"]


async def test_case_06_a_sweep_that_meets_a_keep_alive_s_row_leaves_it_alone(
    fleet: Fleet, sweep_store: SqlSweepStore, other: Database, clock: FakeClock
) -> None:
    """The keep-alive holds the row uncommitted: the sweep passes it over and marks the others."""
    await fleet.add(301, 301)
    async with other.writing() as keep_alive:
        await keep_alive.execute(update(PcRow).where(PcRow.id == 1).values(heard(clock.now())))
        assert await sweep_store.mark_offline([1, 2], rule(clock), clock.now()) == 1
    assert await fleet.statuses() == [ONLINE, OFFLINE]
    assert await fleet.events() == [(2, ONLINE, OFFLINE, "sweep")]


async def test_case_06_an_update_that_waits_for_a_keep_alive_looks_again(
    fleet: Fleet, database: Database, other: Database, clock: FakeClock
) -> None:
    """Even where the sweep's UPDATE has to wait, its condition is asked anew: online."""
    await fleet.add(301)
    cutoff = rule(clock).cutoff

    async def sweep() -> None:
        async with database.writing() as session:
            await session.execute(
                update(PcRow)
                .where(PcRow.status == ONLINE, PcRow.last_keep_alive_at < cutoff)
                .values(fallen_silent(clock.now(), StatusReason.SWEEP)),
                execution_options={"synchronize_session": False},
            )

    async with other.writing() as keep_alive:
        await keep_alive.execute(update(PcRow).values(heard(clock.now())))
        sweeping = asyncio.create_task(sweep())
        await until_somebody_waits(database)
    await sweeping
    assert await fleet.statuses() == [ONLINE]
    assert await fleet.events() == []


class TwoTables:
    """The design that loses: status in one table, keep-alives in another."""

    def __init__(self, cutoff: datetime, now: datetime) -> None:
        self._times = {"cutoff": cutoff, "now": now}

    async def create(self, database: Database) -> None:
        async with database.writing() as session:
            for statement in (
                "CREATE TABLE naive_pcs (id int PRIMARY KEY, online bool)",
                "CREATE TABLE naive_keep_alives (pc_id int PRIMARY KEY, at timestamptz)",
                "INSERT INTO naive_pcs VALUES (1, true)",
                "INSERT INTO naive_keep_alives VALUES (1, '2020-01-01 00:00Z')",
            ):
                await session.execute(text(statement))

    async def sweep(self, session: AsyncSession) -> None:
        statement = (
            "UPDATE naive_pcs SET online = false WHERE online AND NOT EXISTS (SELECT FROM"
            " naive_keep_alives WHERE pc_id = naive_pcs.id AND at >= :cutoff)"
        )
        await session.execute(text(statement), self._times)

    async def keep_alive(self, session: AsyncSession) -> None:
        for statement in (
            "UPDATE naive_keep_alives SET at = :now WHERE pc_id = 1",
            "UPDATE naive_pcs SET online = true WHERE id = 1 AND NOT online",
        ):
            await session.execute(text(statement), self._times)

    async def is_wrong(self, database: Database) -> bool:
        """Tell whether the PC is offline although a fresh keep-alive is stored."""
        statement = (
            "SELECT NOT online AND at >= :cutoff"
            " FROM naive_pcs JOIN naive_keep_alives ON pc_id = id"
        )
        async with database.reading() as session:
            return bool(await session.scalar(text(statement), self._times))


@pytest.mark.parametrize("sweep_comes_first", [True, False])
async def test_case_06_two_tables_would_lose_the_race(
    database: Database,
    other: Database,
    clock: FakeClock,
    sweep_comes_first: bool,  # noqa: FBT001
) -> None:
    """The race is real: with status and keep-alive apart, both orders end offline for good."""
    naive = TwoTables(rule(clock).cutoff, clock.now())
    await naive.create(database)
    async with database.writing() as sweep, other.writing() as keep_alive:
        if sweep_comes_first:
            await naive.sweep(sweep)
            # It sees the status of before the sweep, and so has nothing to change.
            await naive.keep_alive(keep_alive)
        else:
            await naive.keep_alive(keep_alive)
            await naive.sweep(sweep)
    assert await naive.is_wrong(database)


async def test_case_14_sweeps_of_two_processes_share_the_work(
    fleet: Fleet, sweep_store: SqlSweepStore, other: Database, clock: FakeClock
) -> None:
    """In any order and any overlap of batches: no deadlock, one transition and event for each."""
    await fleet.add(*[301] * 200)
    ids = list(range(1, 201))
    stores = [sweep_store, SqlSweepStore(other)] * 3
    marked = await asyncio.gather(
        *(
            store.mark_offline(ids if at % 2 else ids[::-1], rule(clock), clock.now())
            for at, store in enumerate(stores)
        )
    )
    assert sum(marked) == 200
    assert await fleet.statuses() == [OFFLINE] * 200
    assert sorted(pc for pc, *_ in await fleet.events()) == ids


async def test_a_sweep_goes_around_the_rows_of_another(
    fleet: Fleet, sweep_store: SqlSweepStore, other: Database, clock: FakeClock
) -> None:
    """While one sweep holds half of the PCs, another marks the rest without waiting."""
    await fleet.add(*[301] * 4)
    async with other.writing() as session:
        await session.execute(text("SELECT id FROM pcs WHERE id <= 2 FOR UPDATE"))
        await Sweeper(sweep_store, clock).sweep()
        assert await fleet.statuses() == [ONLINE, ONLINE, OFFLINE, OFFLINE]
