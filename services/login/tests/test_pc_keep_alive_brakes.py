"""The brakes of PcKeepAliveJob, with the warnings that people get to see."""

import logging

import pytest

from login.storage.pc_repository import SqlPcRepository
from login.storage.sweep_store import SqlSweepStore
from loopjobs.testing import FakeClock
from servicekit.mac import MacAddress
from servicekit.testing.fixtures import on_any_database

from .fleet import OFFLINE, ONLINE, Fleet, credential_of
from .sweeper import Sweeper

MASS = {"MassOfflineMaxFraction": 0.5, "MassOfflineHoldInSeconds": 900}


def holds(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    names = ("reason", "stale", "online", "hold_ends")
    return [
        {name: getattr(line, name) for name in names}
        for line in caplog.records
        if "sweep held" in line.getMessage() and line.levelno == logging.WARNING
    ]


async def hear(ids: list[int], pcs: SqlPcRepository, fleet: Fleet, clock: FakeClock) -> None:
    for pc in ids:
        await pcs.keep_alive(MacAddress((await fleet.row(pc)).mac), credential_of(pc), clock.now())


async def test_case_10_a_mass_offline_is_held_and_then_believed(
    fleet: Fleet,
    sweep_store: SqlSweepStore,
    pcs: SqlPcRepository,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """60 of 100 stale: held with one warning that names the end; still stale then, all marked."""
    ids = await fleet.add(*[301] * 60, *[0] * 40)
    sweeper = Sweeper(sweep_store, clock, **MASS, ChangeStateTimeInMinutes=5)
    await sweeper.sweep()
    assert await fleet.events() == []
    await clock.advance(60)
    await sweeper.sweep()
    assert await fleet.events() == []
    assert holds(caplog) == [
        {
            "reason": "mass_offline",
            "stale": 60,
            "online": 100,
            "hold_ends": "2026-11-24T08:15:00+00:00",
        }
    ]
    await clock.advance(840)
    await hear(ids[60:], pcs, fleet, clock)
    await sweeper.sweep()
    assert await fleet.statuses() == [OFFLINE] * 60 + [ONLINE] * 40


@on_any_database
async def test_case_10_a_fleet_that_recovers_within_the_hold_is_never_marked(
    fleet: Fleet, sweep_store: SqlSweepStore, pcs: SqlPcRepository, clock: FakeClock
) -> None:
    """The switch in the basement is back within the hold: nobody was ever offline."""
    ids = await fleet.add(*[301] * 60, *[0] * 40)
    sweeper = Sweeper(sweep_store, clock, **MASS)
    await sweeper.sweep()
    await clock.advance(120)
    await hear(ids, pcs, fleet, clock)
    await sweeper.sweep()
    assert await fleet.statuses() == [ONLINE] * 100
    assert await fleet.events() == []


@on_any_database
async def test_case_11_a_blind_service_waits_until_somebody_is_heard(
    fleet: Fleet,
    sweep_store: SqlSweepStore,
    pcs: SqlPcRepository,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody heard for ten minutes: held; one keep-alive later the next run is as always."""
    first, *_ = await fleet.add(*[600] * 100)
    sweeper = Sweeper(sweep_store, clock, IngestSilenceInSeconds=180)
    await sweeper.sweep()
    assert await fleet.events() == []
    assert [hold["reason"] for hold in holds(caplog)] == ["blind"]
    await pcs.keep_alive(
        MacAddress((await fleet.row(first)).mac), credential_of(first), clock.now()
    )
    await sweeper.sweep()
    assert await fleet.statuses() == [ONLINE] + [OFFLINE] * 99


@on_any_database
async def test_a_service_that_has_just_started_gives_pcs_time_to_be_heard(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Within the grace after the start nobody is marked, after it everybody who is silent."""
    await fleet.add(3_600)
    sweeper = Sweeper(sweep_store, clock, StartupGraceInSeconds=300)
    await sweeper.sweep()
    assert await fleet.statuses() == [ONLINE]
    assert [hold["reason"] for hold in holds(caplog)] == ["startup"]
    await clock.advance(300)
    await sweeper.sweep()
    assert await fleet.statuses() == [OFFLINE]


@on_any_database
async def test_a_mass_offline_is_told_even_if_the_brake_is_off(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The plain rule marks them all, and a warning says what just happened."""
    await fleet.add(*[301] * 60, *[0] * 40)
    await Sweeper(sweep_store, clock).sweep()
    assert (await fleet.statuses()).count(OFFLINE) == 60
    assert "mass offline, and MassOfflineMaxFraction is off: stale=60 online=100" in caplog.text


@on_any_database
async def test_failures_beyond_the_first_are_counted_in_one_line(
    fleet: Fleet, sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A hundred bad rows do not write a hundred warnings."""
    await fleet.add(*[301] * 25)
    await fleet.refuse_offline(0)
    await Sweeper(sweep_store, clock, MaxConsecutiveFailures=100).sweep()
    warnings = [
        line.getMessage() for line in caplog.records if "could not mark" in line.getMessage()
    ]
    assert len(warnings) == 21
    assert warnings[-1] == "pc_keep_alive could not mark 5 more PCs"
