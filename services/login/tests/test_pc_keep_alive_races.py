"""Keep-alives, sweeps and stops that meet."""

import asyncio
import logging

import pytest
from sqlalchemy import update

from login.storage.models import PcRow
from login.storage.pc_repository import SqlPcRepository
from login.storage.sweep_store import SqlSweepStore
from loopjobs import CancellationTokenSource
from loopjobs.testing import FakeClock
from servicekit.database import Database, DatabaseOptions
from servicekit.faults import StoreUnavailableError
from servicekit.mac import MacAddress
from servicekit.testing.fixtures import Outage

from .fleet import OFFLINE, ONLINE, Fleet, credential_of
from .seams import InterleavedStore
from .sweeper import Sweeper


async def test_case_06_a_keep_alive_after_the_sweep_brings_the_pc_back(
    fleet: Fleet, sweep_store: SqlSweepStore, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """The sweep commits first, the keep-alive that waited for it second: online."""
    (pc,) = await fleet.add(301)
    await Sweeper(sweep_store, clock).sweep()
    await pcs.keep_alive(MacAddress((await fleet.row(pc)).mac), credential_of(pc), clock.now())
    row = await fleet.row(pc)
    assert (row.status, row.offline_start_time) == (ONLINE, None)
    assert await fleet.events() == [
        (pc, ONLINE, OFFLINE, "sweep"),
        (pc, OFFLINE, ONLINE, "keep_alive"),
    ]


async def test_case_06_a_keep_alive_that_waits_for_the_sweep_wins(
    fleet: Fleet,
    pcs: SqlPcRepository,
    database: Database,
    clock: FakeClock,
) -> None:
    """While the sweep holds its write open, the keep-alive stands in the queue behind it."""
    (pc,) = await fleet.add(301)
    mac = MacAddress((await fleet.row(pc)).mac)
    async with database.writing() as session:
        await session.execute(update(PcRow).values(status=OFFLINE, offline_start_time=clock.now()))
        waiting = asyncio.create_task(pcs.keep_alive(mac, credential_of(pc), clock.now()))
        await asyncio.sleep(0)
    await waiting
    assert (await fleet.row(pc)).status == ONLINE


async def test_case_07_a_keep_alive_between_look_and_write_wins(
    fleet: Fleet,
    sweep_store: SqlSweepStore,
    pcs: SqlPcRepository,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The write repeats the condition: a PC that was heard meanwhile stays online."""
    caplog.set_level(logging.INFO)
    first, second = await fleet.add(301, 301)
    mac = MacAddress((await fleet.row(first)).mac)
    store = InterleavedStore(
        sweep_store, lambda: pcs.keep_alive(mac, credential_of(first), clock.now())
    )
    await Sweeper(store, clock).sweep()
    assert await fleet.statuses() == [ONLINE, OFFLINE]
    assert await fleet.events() == [(second, ONLINE, OFFLINE, "sweep")]
    assert "marked=1 skipped_race=1" in caplog.text


async def test_case_09_a_store_that_is_away_fails_the_run_and_marks_nobody(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, away: Outage
) -> None:
    """The tables cannot be reached: the run fails; when they are back, the next run recovers."""
    await fleet.add(301)
    sweeper = Sweeper(sweep_store, clock)
    with away(), pytest.raises(StoreUnavailableError):
        await sweeper.sweep()
    assert await fleet.statuses() == [ONLINE]
    await sweeper.sweep()
    assert await fleet.statuses() == [OFFLINE]


async def test_case_13_a_stop_keeps_the_batches_that_are_done(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A stop during batch 3 of 10: three batches are committed, and the run ends canceled."""
    caplog.set_level(logging.INFO)
    await fleet.add(*[301] * 100)
    ct = CancellationTokenSource(clock)
    store = InterleavedStore(sweep_store)

    async def stop_in_the_third() -> None:
        if store.writes == 3:
            ct.cancel()

    store.before_write = stop_in_the_third
    with pytest.raises(asyncio.CancelledError):
        await Sweeper(store, clock, BatchSize=10).sweep(ct)
    assert await fleet.statuses() == [OFFLINE] * 30 + [ONLINE] * 70
    assert "marked=30" in caplog.text


async def test_case_14_two_instances_mark_each_pc_once(
    fleet: Fleet, sweep_store: SqlSweepStore, database_url: str, clock: FakeClock
) -> None:
    """Two processes sweep at once: every PC has one transition and one event."""
    await fleet.add(*[301] * 50)
    options = DatabaseOptions.model_validate({"Url": database_url})
    async with Database(options) as other:
        await asyncio.gather(
            Sweeper(sweep_store, clock, BatchSize=5).sweep(),
            Sweeper(SqlSweepStore(other), clock, BatchSize=7).sweep(),
        )
    assert await fleet.statuses() == [OFFLINE] * 50
    assert sorted(pc for pc, *_ in await fleet.events()) == list(range(1, 51))
