"""RunAgain: there is a backlog; the next run comes that soon, then the grid goes on."""

import asyncio

import pytest

from loopjobs import CancellationToken, LoopJobOptions, RunAgain
from loopjobs.testing import FakeClock, JobHarness

from .bodies import Sleeper, harness


@pytest.mark.parametrize(
    ("after", "starts"),
    [(0, [0, 0, 10, 20]), (3, [0, 3, 10, 20]), (10, [0, 10, 20]), (14, [0, 10, 20])],
)
async def test_the_next_run_comes_that_soon(
    clock: FakeClock, after: float, starts: list[float]
) -> None:
    """A slot of the grid that comes first, or at the same moment, takes its place."""
    sleeper = Sleeper(clock, again=[RunAgain(after)])
    async with harness(sleeper):
        await clock.advance(25)
    assert sleeper.starts == starts


async def test_the_wait_counts_from_the_end_of_the_run(clock: FakeClock) -> None:
    """Docket's case: a job that sets its next delay is not run before it has passed."""
    sleeper = Sleeper(clock, 2, again=[RunAgain(0.1), RunAgain(0.1)])
    async with harness(sleeper, 60):
        await clock.advance(30)
    assert sleeper.starts == pytest.approx([0, 2.1, 4.2])


async def test_a_backlog_is_worked_off_and_the_grid_goes_on(clock: FakeClock) -> None:
    """Each run asks for the next; the slots of the grid it works through are skipped."""
    sleeper = Sleeper(clock, 4, again=[RunAgain(0)] * 5)
    async with harness(sleeper) as job:
        await clock.advance(40)
        ledger = job.status().ledger
    assert sleeper.starts == [0, 4, 8, 12, 16, 20, 30, 40]
    # Slot 10 met a run; slot 20 came as a run ended, and took the place of the one asked for.
    assert (ledger.due, ledger.skipped_running) == (9, 1)


async def test_a_slot_that_is_skipped_does_not_take_its_place(clock: FakeClock) -> None:
    """The backlog is still there when a run by hand has taken the slot."""
    sleeper = Sleeper(clock, 0, 5, 0, again=[RunAgain(14)])
    async with harness(sleeper) as job:
        await clock.advance(8)
        by_hand = asyncio.create_task(job.job.trigger())
        await clock.advance(10)
        await by_hand
    assert sleeper.starts == [0, 8, 14]
    assert job.status().ledger.skipped_running == 1


@pytest.mark.parametrize("later", [RunAgain(1), RunAgain(9)])
async def test_of_two_that_are_asked_for_the_sooner_comes(
    clock: FakeClock, later: RunAgain
) -> None:
    """A run by hand cannot put off what a run before it has asked for."""
    sleeper = Sleeper(clock, again=[RunAgain(5), later])
    async with harness(sleeper, 100) as job:
        await clock.advance(2)
        await job.run_once()
        await clock.advance(90)
    assert sleeper.starts == [0, 2, min(5, 2 + later.after)]


async def test_it_has_a_slot_of_its_own_in_the_ledger(clock: FakeClock) -> None:
    """Also when a run by hand asks for it: by then the schedule runs it."""
    sleeper = Sleeper(clock, again=[None, RunAgain(1)])
    async with harness(sleeper) as job:
        await job.run_once()
        await clock.advance(5)
        status = job.status()
    assert (status.ledger.succeeded, status.by_hand.succeeded) == (2, 1)
    assert [run.slot for run in sleeper.runs] == [0, None, 1]


async def test_a_run_by_hand_that_asks_at_once_is_not_in_its_own_way(clock: FakeClock) -> None:
    """It has ended by the time the next one begins."""
    sleeper = Sleeper(clock, again=[None, RunAgain(0)])
    async with harness(sleeper) as job:
        await job.run_once()
        await clock.settle()
        assert job.status().ledger.skipped_running == 0
    assert sleeper.starts == [0, 0, 0]


async def test_a_paused_job_skips_it_once(clock: FakeClock) -> None:
    """It is a slot like any other."""
    sleeper = Sleeper(clock, again=[None, RunAgain(1)])
    async with harness(sleeper) as job:
        await job.job.pause()
        await job.run_once()
        await clock.advance(5)
        assert job.status().ledger.skipped_paused == 1
        await job.job.resume()
        await clock.advance(5)
    assert sleeper.starts == [0, 0, 10]


async def test_overlapping_runs_ask_for_one_run_together(clock: FakeClock) -> None:
    """The sooner one is for both: a backlog is one backlog."""
    sleeper = Sleeper(clock, 12, 5, 0, again=[RunAgain(6), RunAgain(2)])
    async with harness(sleeper, skip_if_running=False):
        await clock.advance(19)
    # Run 0 ends at 12, run 10 at 15: asked for are 18 and 17.
    assert sleeper.starts == [0, 10, 17]


async def test_an_endless_backlog_leaves_others_their_turn(clock: FakeClock) -> None:
    """Between two runs every other task gets a step."""
    runs, turns = 0, 0

    async def body(ct: CancellationToken) -> RunAgain | None:
        nonlocal runs
        runs += 1
        return RunAgain(0) if turns < 50 else None

    async def other() -> None:
        nonlocal turns
        for _ in range(50):
            turns += 1
            await asyncio.sleep(0)

    async with JobHarness(body, LoopJobOptions(interval_in_seconds=10), clock=clock):
        asked = asyncio.create_task(other())
        await clock.advance(1)
        await asked
    assert 1 < runs <= 60


async def test_an_endless_backlog_can_be_stopped(clock: FakeClock) -> None:
    """No run begins after the stop."""
    runs = 0

    async def body(ct: CancellationToken) -> RunAgain:
        nonlocal runs
        runs += 1
        return RunAgain(0)

    job = JobHarness(body, LoopJobOptions(interval_in_seconds=10), clock=clock)
    await job.host.start()
    for _ in range(20):
        await asyncio.sleep(0)
    await job.host.stop()
    stopped_after = runs
    await clock.advance(100)
    assert 1 < stopped_after == runs
