"""FixedDelay: the interval is counted from the end of the last run."""

import asyncio

import pytest

from loopjobs import RunAgain
from loopjobs.testing import FakeClock

from .bodies import Sleeper, harness

DELAY = {"pacing": "FixedDelay"}


@pytest.mark.parametrize(
    ("seconds", "starts"), [(14, [0, 24, 48, 72]), (25, [0, 35, 70]), (0, [0, 10, 20])]
)
async def test_the_interval_begins_with_the_end_of_the_run(
    clock: FakeClock, seconds: float, starts: list[float]
) -> None:
    """Runs never meet, and no slot is skipped."""
    sleeper = Sleeper(clock, seconds)
    async with harness(sleeper, **DELAY) as job:
        await clock.advance(starts[-1] + 5)
        assert job.status().ledger.skipped_running == 0
    assert sleeper.starts == starts


async def test_a_long_run_at_a_short_interval(clock: FakeClock) -> None:
    """Aiomisc's case: half a second of work every tenth of one is two runs in a second."""
    sleeper = Sleeper(clock, 0.5)
    async with harness(sleeper, 0.1, **DELAY):
        await clock.advance(1)
    assert sleeper.starts == [0, 0.6]


async def test_no_next_slot_is_named_while_it_depends_on_a_run(clock: FakeClock) -> None:
    """It cannot be known before the run has ended."""
    sleeper = Sleeper(clock, 5)
    async with harness(sleeper, **DELAY) as job:
        await clock.advance(1)
        assert job.status().next_due_at is None
        await clock.advance(5)
        assert job.status().next_due_at is not None


async def test_a_stall_makes_one_run_late_and_misses_none(clock: FakeClock) -> None:
    """There is one slot at a time, so there is nothing to miss."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, **DELAY) as job:
        clock.stall(35)
        await clock.advance(10)
    assert sleeper.starts == [0, 35, 45]
    assert job.status().ledger.missed == 0


async def test_overlap_is_not_asked_of_it(clock: FakeClock) -> None:
    """SkipIfRunning off lets runs by hand overlap; its own runs come one after the other."""
    sleeper = Sleeper(clock, 14)
    async with harness(sleeper, skip_if_running=False, **DELAY):
        await clock.advance(60)
    assert (sleeper.most_at_once, sleeper.starts) == (1, [0, 24, 48])


async def test_a_slot_refused_after_all_does_not_stop_the_loop(clock: FakeClock) -> None:
    """The tick waited behind a run by hand and was paused meanwhile; it goes on when resumed."""
    sleeper = Sleeper(clock, 1, 14, 1)
    options = {"skip_if_running": False, "max_concurrent_runs": 1, **DELAY}
    async with harness(sleeper, **options) as job:
        await clock.advance(10)
        by_hand = asyncio.create_task(job.job.trigger())
        await clock.advance(2)
        await job.job.pause()
        await clock.advance(20)
        assert job.status().ledger.skipped_paused == 1
        await job.job.resume()
        await clock.advance(20)
        await by_hand
    # The run by hand of 14 s began at 10; the slot of 11 was refused at 24.
    assert sleeper.starts == [0, 10, 34, 45]


async def test_a_paused_slot_is_marked_once_an_interval(clock: FakeClock) -> None:
    """The interval then counts from the slot that was skipped."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, **DELAY) as job:
        await job.job.pause()
        await clock.advance(35)
        assert job.status().ledger.skipped_paused == 3
        await job.job.resume()
        await clock.advance(5)
    assert sleeper.starts == [0, 40]


async def test_a_run_that_was_asked_for_sets_the_pace_too(clock: FakeClock) -> None:
    """After RunAgain the interval counts from the end of that run, and no slot meets it."""
    sleeper = Sleeper(clock, 1, 30, 1, again=[RunAgain(2)])
    async with harness(sleeper, **DELAY) as job:
        await clock.advance(50)
    assert sleeper.starts == [0, 3, 43]
    assert job.status().ledger.skipped_running == 0
