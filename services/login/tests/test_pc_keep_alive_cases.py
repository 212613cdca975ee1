"""The acceptance cases of the rule itself: who goes offline, and who does not."""

import logging
from datetime import timedelta

import pytest

from login.storage.pc_repository import SqlPcRepository
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.testing.fixtures import on_sqlite

from .fleet import OFFLINE, ONLINE, Fleet
from .sweeper import Sweeper


def summary(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    return [line for line in caplog.records if "sweep done" in line.getMessage()][-1]


def field(record: logging.LogRecord, name: str) -> object:
    return getattr(record, name)


async def test_case_01_a_pc_silent_for_longer_than_the_threshold_goes_offline(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """Five minutes and a second of silence: offline, from now."""
    (pc,) = await fleet.add(301)
    await Sweeper(sweep_store, clock).sweep()
    row = await fleet.row(pc)
    assert (row.status, row.offline_start_time) == (OFFLINE, clock.now())
    assert (row.status_reason, row.status_changed_at, row.version) == ("sweep", clock.now(), 2)
    assert await fleet.events() == [(pc, ONLINE, OFFLINE, "sweep")]


async def test_case_02_a_pc_silent_for_just_the_threshold_stays_online(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """Exactly five minutes of silence is not yet too much."""
    await fleet.add(300)
    await Sweeper(sweep_store, clock).sweep()
    assert await fleet.statuses() == [ONLINE]


async def test_case_03_a_pc_without_keep_alive_goes_offline(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """No record of a keep-alive counts as silence."""
    await fleet.add(None, 0)
    await Sweeper(sweep_store, clock).sweep()
    assert await fleet.statuses() == [OFFLINE, ONLINE]


@on_sqlite
async def test_case_03_a_pc_whose_keep_alive_nobody_can_read_goes_offline(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """SQLite takes any text for an instant."""
    await fleet.add(0)
    await fleet.execute("UPDATE pcs SET last_keep_alive_at = 'garbled'")
    await Sweeper(sweep_store, clock).sweep()
    assert await fleet.statuses() == [OFFLINE]


async def test_case_03_a_pc_without_keep_alive_can_be_left_alone(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With UnreadableKeepAlive Skip it stays online, and is counted."""
    caplog.set_level(logging.DEBUG)
    await fleet.add(None, 301)
    await Sweeper(sweep_store, clock, UnreadableKeepAlive="skip").sweep()
    assert await fleet.statuses() == [ONLINE, OFFLINE]
    assert field(summary(caplog), "unreadable") == 1


async def test_case_04_a_pc_that_is_offline_is_left_as_it_is(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """The start of its being offline stays, and no event is written."""
    long_ago = clock.now() - timedelta(days=3)
    (pc,) = await fleet.add(3_600, status=OFFLINE, offline_since=long_ago)
    for _ in range(2):
        await Sweeper(sweep_store, clock).sweep()
    assert (await fleet.row(pc)).offline_start_time == long_ago
    assert await fleet.events() == []


async def test_case_04_a_second_sweep_changes_nothing(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock
) -> None:
    """What the first sweep marked, the second leaves alone."""
    (pc,) = await fleet.add(301)
    sweeper, began = Sweeper(sweep_store, clock), clock.now()
    await sweeper.sweep()
    await clock.advance(60)
    await sweeper.sweep()
    assert (await fleet.row(pc)).offline_start_time == began
    assert len(await fleet.events()) == 1


async def test_case_05_a_pc_whose_write_fails_does_not_stop_the_others(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Three stale PCs, the second cannot be written: named once, and marked by the next run."""
    _, second, _ = await fleet.add(301, 302, 303)
    await fleet.refuse_offline(second)
    sweeper = Sweeper(sweep_store, clock)
    caplog.set_level(logging.INFO)
    await sweeper.sweep()
    assert await fleet.statuses() == [OFFLINE, ONLINE, OFFLINE]
    (warning,) = [line for line in caplog.records if line.levelno == logging.WARNING]
    assert field(warning, "pc_id") == second
    assert (field(warning, "mac"), field(warning, "error")) == (
        "02:00:00:**:**:**",
        "IntegrityError",
    )
    assert (field(summary(caplog), "marked"), field(summary(caplog), "failed")) == (2, 1)
    await fleet.accept_offline()
    await sweeper.sweep()
    assert await fleet.statuses() == [OFFLINE, OFFLINE, OFFLINE]


async def test_case_15_a_keep_alive_from_the_future_is_not_stale(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock that was wrong makes no PC offline; it earns one warning while it lasts."""
    await fleet.add(-3_600, -119)
    sweeper = Sweeper(sweep_store, clock)
    for _ in range(2):
        await sweeper.sweep()
    assert await fleet.statuses() == [ONLINE, ONLINE]
    assert [field(line, "from_the_future") for line in caplog.records] == [1]


async def test_removed_pcs_are_no_business_of_the_sweep(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, pcs: SqlPcRepository
) -> None:
    """A removed PC gets no events, whatever its row says."""
    (pc,) = await fleet.add(301, status=OFFLINE)
    await pcs.remove(pc, "user:7", clock.now())
    await fleet.execute("UPDATE pcs SET status = 1, offline_start_time = NULL")
    await Sweeper(sweep_store, clock).sweep()
    assert await fleet.statuses() == [ONLINE]


async def test_the_summary_is_quiet_when_there_is_nothing_to_say(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A sweep without stale PCs is logged at DEBUG, one with them at INFO with its counts."""
    caplog.set_level(logging.DEBUG, "login")
    sweeper = Sweeper(sweep_store, clock)
    await fleet.add(0)
    await sweeper.sweep()
    assert summary(caplog).levelno == logging.DEBUG
    await fleet.add(400)
    await sweeper.sweep()
    done = summary(caplog)
    assert done.levelno == logging.INFO
    assert done.getMessage() == (
        "pc_keep_alive sweep done scanned_online=2 stale=1 unreadable=0 marked=1 skipped_race=0 "
        "failed=0 duration_ms=0.0 oldest_stale_s=400.0"
    )
    assert (field(done, "scanned_online"), field(done, "oldest_stale_s")) == (2, 400.0)
