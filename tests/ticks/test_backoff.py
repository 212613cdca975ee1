"""Back-off: after n failures in a row wait interval times 2 to the power n-1, capped."""

import pytest

from loopjobs import JobState, RunAgain
from loopjobs.testing import FakeClock

from .bodies import Sleeper, harness

NEVER = float("inf")


@pytest.mark.parametrize(
    ("longest", "starts"),
    [
        (None, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (5, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (10, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (20, [0, 10, 30, 50, 70, 90]),
        (25, [0, 10, 30, 60, 90]),
        (600, [0, 10, 30, 70]),
    ],
)
async def test_on_the_grid_slots_are_skipped(
    clock: FakeClock, longest: float | None, starts: list[float]
) -> None:
    """The wait counts from slot to slot; a cap between two slots means the later one."""
    sleeper = Sleeper(clock, 1, fails=NEVER)
    async with harness(sleeper, max_backoff_in_seconds=longest) as job:
        await clock.advance(100)
    ledger = job.status().ledger
    assert sleeper.starts == starts
    assert ledger.skipped_backoff == 11 - len(starts)


async def test_with_a_fixed_delay_the_wait_grows(clock: FakeClock) -> None:
    """It counts from the end of the run, and nothing is skipped."""
    sleeper = Sleeper(clock, 1, fails=NEVER)
    async with harness(sleeper, pacing="FixedDelay", max_backoff_in_seconds=35) as job:
        await clock.advance(150)
    assert sleeper.starts == [0, 11, 32, 68, 104, 140]
    assert job.status().ledger.skipped_backoff == 0


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_the_first_success_resets_it(clock: FakeClock, pacing: str) -> None:
    """The next slot after it is an interval away."""
    sleeper = Sleeper(clock, fails=3)
    async with harness(sleeper, pacing=pacing, max_backoff_in_seconds=600):
        await clock.advance(100)
    assert sleeper.starts == [0, 10, 30, 70, 80, 90, 100]


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_success_by_hand_resets_it_at_once(clock: FakeClock, pacing: str) -> None:
    """Whoever mends the cause and tries by hand need not wait for the back-off to pass."""
    sleeper = Sleeper(clock, fails=3)
    async with harness(sleeper, pacing=pacing, max_backoff_in_seconds=600) as job:
        await clock.advance(35)
        assert job.status().state is JobState.BACKING_OFF
        await job.run_once()
        assert job.status().state is JobState.WAITING
        await clock.advance(25)
    regular = [40, 50, 60] if pacing == "FixedRate" else [45, 55]
    assert sleeper.starts == [0, 10, 30, 35, *regular]


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_first_failure_by_hand_takes_no_slot(clock: FakeClock, pacing: str) -> None:
    """An interval is the usual pace, and no back-off."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, pacing=pacing, max_backoff_in_seconds=600) as job:
        await clock.advance(5)
        sleeper.fails = 1
        await job.run_once()
        await clock.advance(20)
    assert sleeper.starts == [0, 5, 10, 20]
    assert job.status().ledger.skipped_backoff == 0


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_further_failure_by_hand_puts_the_next_slot_off(
    clock: FakeClock, pacing: str
) -> None:
    """The wait counts from the run by hand."""
    sleeper = Sleeper(clock, fails=2)
    async with harness(sleeper, pacing=pacing, max_backoff_in_seconds=600) as job:
        await clock.advance(5)
        await job.run_once()
        await clock.advance(30)
    # Held until 25: on the grid that is slot 30, without one it is 25 itself.
    regular = [30] if pacing == "FixedRate" else [25, 35]
    assert sleeper.starts == [0, 5, *regular]


async def test_a_run_by_hand_beside_a_run_in_line_leaves_the_delay_alone(clock: FakeClock) -> None:
    """The next slot of a fixed delay still waits for the end of the scheduled run."""
    sleeper = Sleeper(clock, 1, 30, 0, fails=2)
    options = {"pacing": "FixedDelay", "skip_if_running": False, "max_backoff_in_seconds": 600}
    async with harness(sleeper, **options) as job:
        await clock.advance(12)
        sleeper.fails = 1
        await job.run_once()
        assert job.status().next_due_at is None
        await clock.advance(40)
    assert sleeper.starts == [0, 11, 12, 51]


async def test_a_stall_splits_what_it_passed(clock: FakeClock) -> None:
    """Slots within the back-off are skipped as such; those after it were missed."""
    sleeper = Sleeper(clock, fails=2)
    async with harness(sleeper, max_backoff_in_seconds=600) as job:
        await clock.advance(12)
        clock.stall(43)
        await clock.advance(0)
        ledger = job.status().ledger
    # Held until 30: slot 20 was within it, 30 and 40 were missed, 50 runs at 55.
    assert (ledger.skipped_backoff, ledger.missed) == (1, 2)
    assert sleeper.starts == [0, 10, 55]


async def test_a_stall_that_ends_within_the_back_off_misses_nothing(clock: FakeClock) -> None:
    """All that passed would have been skipped anyway."""
    sleeper = Sleeper(clock, fails=4)
    async with harness(sleeper, max_backoff_in_seconds=600) as job:
        await clock.advance(75)
        clock.stall(50)
        await clock.advance(0)
        ledger = job.status().ledger
    assert (ledger.missed, ledger.skipped_backoff) == (0, 1 + 3 + 5)


async def test_the_wait_has_an_end_however_many_failures(clock: FakeClock) -> None:
    """Two to the power of thousands is no number to wait for."""
    sleeper = Sleeper(clock, fails=NEVER)
    async with harness(sleeper, 1, max_backoff_in_seconds=2) as job:
        await clock.advance(4_000)
    assert len(sleeper.starts) == 2_002 - 1
    assert job.status().consecutive_failures == 2_001


async def test_a_backlog_does_not_wait_for_old_failures(clock: FakeClock) -> None:
    """A run that succeeds and asks for another one gets it."""
    sleeper = Sleeper(clock, fails=2, again=[None, None, RunAgain(3)])
    async with harness(sleeper, max_backoff_in_seconds=600):
        await clock.advance(40)
    assert sleeper.starts == [0, 10, 30, 33, 40]
