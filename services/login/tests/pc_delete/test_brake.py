"""The brake of PcDeleteJob, and how a person releases it."""

import logging

import pytest

from login.domain.acknowledgements import Acknowledgement
from login.domain.retirement_brake import JOB, RetirementHold
from login.storage.acknowledgements import SqlAcknowledgementStore
from loopjobs.testing import FakeClock
from servicekit.testing.fixtures import on_any_database

from .deleter import MakeDeleter
from .lab import DAY, Lab

FIFTH = {"MaxDeleteFraction": 0.2}


def told(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [line.levelno for line in caplog.records if "pc_delete held" in line.getMessage()]


async def add_fleet(lab: Lab, silent: int, heard: int) -> None:
    await lab.add(silent)
    if heard:
        await lab.add(heard, offline_start_time=None, status=1)


async def acknowledge(
    acknowledgements: SqlAcknowledgementStore, clock: FakeClock, by: str = "user:7"
) -> None:
    await acknowledgements.give(JOB, Acknowledgement.given(by, clock.now()))


async def test_case_11_too_large_a_share_is_held_until_somebody_acknowledges_it(
    lab: Lab,
    deleter: MakeDeleter,
    acknowledgements: SqlAcknowledgementStore,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """300 of 1,000: one ERROR and nothing is deleted; after an acknowledgement all go."""
    caplog.set_level(logging.DEBUG)
    await add_fleet(lab, 300, 700)
    (purgeable,) = await lab.add_retired(31 * DAY)
    job = deleter(**FIFTH)
    await job.run()
    await clock.advance(3_600)
    await job.run()
    assert (len(await lab.live()), await lab.retired()) == (1_000, [purgeable])
    assert await lab.audit() == []
    assert told(caplog) == [logging.ERROR, logging.DEBUG]
    assert (
        "pc_delete held candidates=300 pcs=1000 max_fraction=0.2 since=2026-11-24T08:00:00+00:00:"
        " see which PCs with DryRun, then POST /v1/jobs/pc-delete/acknowledge"
        " or raise MaxDeleteFraction"
    ) in caplog.text
    await acknowledge(acknowledgements, clock)
    await job.run()
    assert len(await lab.live()) == 700
    assert "pc_delete goes on with many PCs, as acknowledged by user:7" in caplog.text
    assert purgeable not in await lab.pcs()


async def test_case_11_an_acknowledgement_lets_one_run_proceed(
    lab: Lab, deleter: MakeDeleter, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """What the cap of that run leaves is held again, as something new."""
    await add_fleet(lab, 300, 700)
    job = deleter(**FIFTH, MaxPerRun=60, BatchSize=60)
    await acknowledge(acknowledgements, clock)
    await job.run()
    assert (len(await lab.live()), job.board.hold) == (940, None)
    await clock.advance(60)
    await job.run()
    assert len(await lab.live()) == 940
    assert job.board.hold == RetirementHold(clock.now(), 240, 940, 0.2)
    assert await acknowledgements.find(JOB, clock.now()) is None


@on_any_database
async def test_case_11_an_acknowledgement_is_void_after_a_day(
    lab: Lab, deleter: MakeDeleter, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """Whoever looked yesterday has not seen today."""
    await add_fleet(lab, 300, 700)
    await acknowledge(acknowledgements, clock)
    clock.step_wall_clock(DAY.total_seconds())
    await deleter(**FIFTH).run()
    assert len(await lab.live()) == 1_000
    await acknowledge(acknowledgements, clock)
    clock.step_wall_clock(DAY.total_seconds() - 1)
    await deleter(**FIFTH).run()
    assert len(await lab.live()) == 700


@on_any_database
async def test_an_acknowledgement_is_not_used_up_without_need(
    lab: Lab, deleter: MakeDeleter, acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """A run that would not be held leaves it; so does a dry one."""
    await add_fleet(lab, 300, 700)
    await acknowledge(acknowledgements, clock)
    await deleter(**FIFTH, DryRun=True).run()
    await deleter(MaxDeleteFraction=0.3).run()
    assert len(await lab.live()) == 700
    assert await acknowledgements.find(JOB, clock.now()) is not None


@on_any_database
@pytest.mark.parametrize(
    ("silent", "heard", "held"), [(49, 0, False), (50, 0, True), (50, 200, False), (51, 200, True)]
)
async def test_a_share_is_too_large_from_fifty_pcs_on(
    lab: Lab,
    deleter: MakeDeleter,
    silent: int,
    heard: int,
    held: bool,  # noqa: FBT001
) -> None:
    """Strictly more than the share, and no less than fifty."""
    await add_fleet(lab, silent, heard)
    job = deleter(**FIFTH)
    await job.run()
    assert (job.board.hold is not None, len(await lab.retired())) == (held, 0 if held else silent)


@on_any_database
async def test_a_hold_ends_by_itself_when_the_share_falls(
    lab: Lab, deleter: MakeDeleter, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The PCs were heard again: said once; a later hold is told anew."""
    caplog.set_level(logging.INFO)
    await add_fleet(lab, 60, 0)
    job = deleter(**FIFTH)
    await job.run()
    await lab.execute("UPDATE pcs SET last_keep_alive_at = created_at, pinned = true")
    await job.run()
    await lab.execute("UPDATE pcs SET pinned = false")
    await clock.advance(60)
    await job.run()
    assert told(caplog) == [logging.ERROR, logging.ERROR]
    assert caplog.text.count("pc_delete is not held any more") == 1


async def test_of_two_runs_one_gets_the_acknowledgement(
    acknowledgements: SqlAcknowledgementStore, clock: FakeClock
) -> None:
    """A newer word takes the place of an older one, and works once."""
    await acknowledge(acknowledgements, clock, "user:7")
    await clock.advance(1)
    await acknowledge(acknowledgements, clock, "user:8")
    taken = [await acknowledgements.take(JOB, clock.now()) for _ in range(2)]
    assert taken == [Acknowledgement.given("user:8", clock.now()), None]
