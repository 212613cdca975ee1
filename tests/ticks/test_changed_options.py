"""Options that change while the job waits, runs, backs off, or is switched off."""

import asyncio

import pytest

from loopjobs import JobState, RunAgain
from loopjobs.testing import FakeClock

from .bodies import Reloadable, Sleeper

OVERLAP = {"SkipIfRunning": False}
DELAY = {"Pacing": "FixedDelay"}


@pytest.mark.parametrize(
    ("interval", "starts"), [(20, [0, 10, 30, 50]), (4, [0, 10, 14, 18, 22]), (1, [0, 10, 13, 14])]
)
async def test_a_wait_in_progress_is_counted_anew_from_the_last_slot(
    clock: FakeClock, interval: float, starts: list[float]
) -> None:
    """A shorter interval that has passed already is due at once, and no burst follows."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper) as job:
        await clock.advance(13)
        await job.change(IntervalInSeconds=interval)
        await clock.advance(starts[-1] - 13)
        assert job.job.status().ledger.missed == 0
    assert sleeper.starts == starts


async def test_a_change_during_a_run_leaves_the_run_alone(clock: FakeClock) -> None:
    """It sees one snapshot; what comes next is counted from its slot."""
    sleeper = Sleeper(clock, 5)
    async with Reloadable(sleeper, TimeoutInSeconds=6) as job:
        await clock.advance(2)
        await job.change(IntervalInSeconds=7, TimeoutInSeconds=1)
        await clock.advance(8)
        assert job.job.status().ledger.succeeded == 1
        assert job.job.status().ledger.timed_out == 1
    assert sleeper.starts == [0, 7]


@pytest.mark.parametrize(("delay", "first"), [(60, 60), (8, 8), (2, 5)])
async def test_an_initial_delay_in_progress_is_counted_anew_from_the_start(
    clock: FakeClock, delay: float, first: float
) -> None:
    """One that has passed already is over at once."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, InitialDelayInSeconds=30) as job:
        await clock.advance(5)
        await job.change(InitialDelayInSeconds=delay)
        await clock.advance(70)
    assert sleeper.starts[0] == first


async def test_an_initial_delay_that_is_over_moves_no_slot(clock: FakeClock) -> None:
    """It is for the first slot only."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper) as job:
        await clock.advance(13)
        await job.change(InitialDelayInSeconds=600)
        await clock.advance(17)
    assert sleeper.starts == [0, 10, 20, 30]


async def test_a_fixed_delay_is_not_counted_from_a_run_by_hand(clock: FakeClock) -> None:
    """But from the end of the last slot before it, and of one whose pacing was another."""
    sleeper = Sleeper(clock, 3)
    async with Reloadable(sleeper) as job:
        await clock.advance(5)
        by_hand = asyncio.create_task(job.job.trigger())
        await clock.advance(4)
        await by_hand
        await job.change(**DELAY)
        await clock.advance(20)
    assert sleeper.starts == [0, 5, 13, 26]


async def test_a_fixed_delay_counts_anew_from_the_end_of_the_last_run(clock: FakeClock) -> None:
    """From that and not from the last slot, and not before the run has ended."""
    sleeper = Sleeper(clock, 5)
    async with Reloadable(sleeper, **DELAY) as job:
        await clock.advance(8)
        await job.change(IntervalInSeconds=20)
        await clock.advance(20)
        assert sleeper.starts == [0, 25]
        await job.change(IntervalInSeconds=1)
        assert job.job.status().next_due_at is None
        await clock.advance(5)
    assert sleeper.starts == [0, 25, 31]


async def test_a_paused_fixed_delay_counts_anew_from_the_slot_that_was_skipped(
    clock: FakeClock,
) -> None:
    """The last run may be long ago; that makes nothing due at once."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, **DELAY) as job:
        await job.job.pause()
        await clock.advance(25)
        await job.change(IntervalInSeconds=11)
        await job.job.resume()
        await clock.advance(7)
    assert sleeper.starts == [0, 31]
    assert job.job.status().ledger.skipped_paused == 2


@pytest.mark.parametrize(
    ("before", "after", "starts"),
    [({}, DELAY, [0, 10, 21, 32]), (DELAY, {"Pacing": "FixedRate"}, [0, 11, 21, 31])],
)
async def test_the_pacing_can_change(
    clock: FakeClock, before: dict[str, object], after: dict[str, object], starts: list[float]
) -> None:
    """What comes next is counted from the last slot, or from the end of its run."""
    sleeper = Sleeper(clock, 1)
    async with Reloadable(sleeper, **before) as job:
        await clock.advance(15)
        await job.change(**after)
        await clock.advance(18)
    assert sleeper.starts == starts


async def test_jitter_can_change_without_moving_the_grid(clock: FakeClock) -> None:
    """A slot that was put off longer than the new jitter allows is run at once."""
    sleeper = Sleeper(clock)
    job = Reloadable(sleeper, JitterInSeconds=9)
    job.host._parts.context.random.uniform = lambda a, b: b  # type: ignore[method-assign]
    async with job:
        await clock.advance(15)
        await job.change(JitterInSeconds=0)
        await clock.advance(10)
    assert sleeper.starts == [9, 15, 20]


async def test_a_job_can_be_switched_off_and_on(clock: FakeClock) -> None:
    """Off: no slot is due. On: as after a start, with the initial delay."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, InitialDelayInSeconds=5) as job:
        await clock.advance(20)
        await job.change(Enabled=False)
        assert job.job.status().state is JobState.DISABLED
        assert job.job.status().next_due_at is None
        await clock.advance(100)
        assert job.job.status().ledger.due == 2
        await job.change(Enabled=True)
        await clock.advance(15)
    assert sleeper.starts == [5, 15, 125, 135]


async def test_a_job_that_starts_switched_off_can_be_switched_on(clock: FakeClock) -> None:
    """Its loop has been waiting for nothing else."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, Enabled=False) as job:
        await clock.advance(33)
        await job.change(Enabled=True)
        await clock.advance(10)
    assert sleeper.starts == [33, 43]


async def test_the_delay_after_switching_on_is_counted_anew_too(clock: FakeClock) -> None:
    """What ran before the job was switched off is long ago."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper) as job:
        await job.change(Enabled=False, InitialDelayInSeconds=60)
        await clock.advance(100)
        await job.change(Enabled=True)
        await clock.advance(10)
        await job.change(IntervalInSeconds=20)
        await clock.advance(49)
        assert sleeper.starts == [0]
        await job.change(InitialDelayInSeconds=70)
        await clock.advance(11)
    assert sleeper.starts == [0, 170]


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_run_goes_on_while_its_job_is_switched_off_and_on(
    clock: FakeClock, pacing: str
) -> None:
    """No second run begins beside it, and the loop goes on after it."""
    sleeper = Sleeper(clock, 30, 0)
    async with Reloadable(sleeper, Pacing=pacing) as job:
        await clock.advance(5)
        await job.change(Enabled=False)
        assert job.job.status().state is JobState.RUNNING
        await clock.advance(5)
        await job.change(Enabled=True)
        await clock.advance(35)
    assert sleeper.most_at_once == 1
    assert sleeper.starts[1] == (30 if pacing == "FixedRate" else 40)


async def test_switching_off_forgets_a_run_that_was_asked_for(clock: FakeClock) -> None:
    """RunAgain is a slot like any other."""
    sleeper = Sleeper(clock, again=[RunAgain(5)])
    async with Reloadable(sleeper) as job:
        await clock.advance(1)
        await job.change(Enabled=False)
        await clock.advance(50)
        await job.change(Enabled=True)
        await clock.advance(9)
    assert sleeper.starts == [0, 51]


async def test_a_run_by_hand_of_a_job_switched_off_meanwhile_asks_in_vain(
    clock: FakeClock,
) -> None:
    """There is no schedule that could run it again."""
    sleeper = Sleeper(clock, 5, again=[RunAgain(0)] * 2)
    async with Reloadable(sleeper, InitialDelayInSeconds=100) as job:
        by_hand = asyncio.create_task(job.job.trigger())
        await clock.advance(1)
        await job.change(Enabled=False)
        await clock.advance(50)
        await by_hand
    assert sleeper.starts == [0]


async def test_a_tick_that_waits_when_its_job_is_switched_off_is_not_run(clock: FakeClock) -> None:
    """A run long after the job was disabled would surprise whoever disabled it."""
    sleeper = Sleeper(clock, 30)
    async with Reloadable(sleeper, **OVERLAP, MaxConcurrentRuns=1) as job:
        await clock.advance(15)
        await job.change(Enabled=False)
        await clock.advance(30)
        assert job.job.status().ledger.skipped_paused == 1
    assert sleeper.starts == [0]


async def test_a_slot_due_within_the_slack_is_decided_before_the_change(clock: FakeClock) -> None:
    """The timer had not called yet; the slot is due all the same, and is not lost."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper) as job:
        await clock.advance(9)
        clock.stall(1.003)
        await job.change(IntervalInSeconds=60)
        await clock.advance(100)
    assert sleeper.starts == [0, 10.003, 70]
    assert sleeper.runs[1].lateness == pytest.approx(0.003)


async def test_slots_that_a_stall_passed_are_missed_before_the_change(clock: FakeClock) -> None:
    """They were due under the old options."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper) as job:
        await clock.advance(5)
        clock.stall(30)
        await job.change(IntervalInSeconds=60)
        await clock.settle()
        assert job.job.status().ledger.missed == 2
    assert sleeper.starts == [0, 35]


async def test_more_places_let_a_tick_in_that_waits(clock: FakeClock) -> None:
    """At once, and not only when a run ends."""
    sleeper = Sleeper(clock, 100)
    async with Reloadable(sleeper, **OVERLAP, MaxConcurrentRuns=1) as job:
        await clock.advance(15)
        await job.change(MaxConcurrentRuns=2)
        await clock.settle()
        assert sleeper.starts == [0, 15]


async def test_fewer_places_let_nobody_in_until_runs_have_ended(clock: FakeClock) -> None:
    """Those in progress may finish."""
    sleeper = Sleeper(clock, 25, 25, 25, 0)
    async with Reloadable(sleeper, **OVERLAP) as job:
        await clock.advance(22)
        await job.change(MaxConcurrentRuns=1)
        await clock.advance(33)
    # Slot 30 waits from 30 on for all three to end: at 25, 35 and 45.
    assert sleeper.starts == [0, 10, 20, 45, 50]


async def test_from_overlap_to_skip_no_tick_runs_beside_others(clock: FakeClock) -> None:
    """Also none that waited for its turn as the rule changed."""
    sleeper = Sleeper(clock, 25)
    async with Reloadable(sleeper, **OVERLAP, MaxConcurrentRuns=2) as job:
        await clock.advance(22)
        await job.change(SkipIfRunning=True)
        await clock.advance(1)
        ledger = job.job.status().ledger
        assert (ledger.skipped_running, ledger.in_flight) == (1, 2)
        await clock.advance(17)
    assert sleeper.starts == [0, 10, 40]


async def test_from_skip_to_overlap_begins_with_the_next_run(clock: FakeClock) -> None:
    """The run in progress is awaited; those after it may overlap."""
    sleeper = Sleeper(clock, 15)
    async with Reloadable(sleeper) as job:
        await clock.advance(5)
        await job.change(**OVERLAP)
        await clock.advance(25)
    assert sleeper.starts == [0, 20, 30]
    assert sleeper.most_at_once == 2


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_back_off_is_counted_anew(clock: FakeClock, pacing: str) -> None:
    """Whoever lowers the cap does not wait for the old one."""
    sleeper = Sleeper(clock, fails=5)
    async with Reloadable(sleeper, Pacing=pacing, MaxBackoffInSeconds=3_600) as job:
        await clock.advance(71)
        assert job.job.status().state is JobState.BACKING_OFF
        await job.change(MaxBackoffInSeconds=20)
        await clock.advance(20)
    assert sleeper.starts[:4] == [0, 10, 30, 70]
    assert sleeper.starts[4] == 90


async def test_a_back_off_can_be_switched_off(clock: FakeClock) -> None:
    """The next slot of the grid is run."""
    sleeper = Sleeper(clock, fails=4)
    async with Reloadable(sleeper, MaxBackoffInSeconds=3_600) as job:
        await clock.advance(71)
        await job.change(MaxBackoffInSeconds=None)
        assert job.job.status().state is JobState.WAITING
        await clock.advance(9)
    assert sleeper.starts == [0, 10, 30, 70, 80]


async def test_a_back_off_that_is_switched_on_forgets_failures_long_made_good(
    clock: FakeClock,
) -> None:
    """Only failures in a row put anything off."""
    sleeper = Sleeper(clock, fails=5)
    async with Reloadable(sleeper) as job:
        await clock.advance(55)
        await job.change(MaxBackoffInSeconds=3_600)
        assert job.job.status().state is JobState.WAITING
        await clock.advance(15)
    assert sleeper.starts == [0, 10, 20, 30, 40, 50, 60, 70]


async def test_a_bad_change_changes_nothing(clock: FakeClock) -> None:
    """The last good options stay in force."""
    sleeper = Sleeper(clock)
    job = Reloadable(sleeper)
    async with job:
        job._section["IntervalInSeconds"] = -1
        assert await job.host.reload_settings()
        await clock.advance(20)
    assert sleeper.starts == [0, 10, 20]
