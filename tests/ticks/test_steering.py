"""Pause, resume and runs by hand in every state of a job."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from loopjobs import (
    CancellationToken,
    ControlError,
    JobHandle,
    JobPaused,
    JobResumed,
    JobState,
    LoopJobOptions,
    Outcome,
    RunAgain,
)
from loopjobs.testing import FakeClock, JobHarness

from .bodies import Reloadable, Sleeper, harness


async def test_a_pause_skips_slots_with_their_marks(clock: FakeClock) -> None:
    """From the very next slot on, until the very next after resume; the grid goes on."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        await clock.advance(10)
        await job.job.pause()
        await clock.advance(25)
        assert job.status().ledger.skipped_paused == 2
        await job.job.resume()
        await clock.advance(15)
    assert sleeper.starts == [0, 10, 40, 50]


async def test_a_pause_leaves_a_run_in_progress_alone(clock: FakeClock) -> None:
    """The run ends as it would; slots behind it are paused, not found running."""
    sleeper = Sleeper(clock, 14)
    async with harness(sleeper) as job:
        await clock.advance(1)
        await job.job.pause()
        assert job.status().state is JobState.RUNNING
        await clock.advance(20)
        ledger = job.status().ledger
        assert job.status().state is JobState.PAUSED
    assert (ledger.succeeded, ledger.skipped_paused, ledger.skipped_running) == (1, 2, 0)


async def test_a_pause_in_the_initial_delay_holds_the_first_slot(clock: FakeClock) -> None:
    """Resumed before it is due, the first slot runs as if nothing had been."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, initial_delay_in_seconds=15) as job:
        await job.job.pause()
        await clock.advance(20)
        await job.job.resume()
        await clock.advance(10)
    assert sleeper.starts == [25]
    assert job.status().ledger.skipped_paused == 1


async def test_pause_and_resume_are_idempotent_and_announced_once(clock: FakeClock) -> None:
    """Who presses twice changes nothing."""
    async with harness(Sleeper(clock)) as job:
        for press in (job.job.pause, job.job.pause, job.job.resume, job.job.resume):
            await press()
        assert len(job.recorder.of(JobPaused)) == len(job.recorder.of(JobResumed)) == 1


async def test_a_pause_outlives_a_stall(clock: FakeClock) -> None:
    """Slots that passed while it was paused were not missed."""
    async with harness(Sleeper(clock)) as job:
        await job.job.pause()
        clock.stall(35)
        await clock.advance(0)
        ledger = job.status().ledger
    assert (ledger.skipped_paused, ledger.missed) == (3, 0)


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_slot_handed_over_is_held_by_a_pause_all_the_same(
    clock: FakeClock, pacing: str
) -> None:
    """Where the timer does not begin the run itself there is time for somebody to press pause."""
    sleeper = Sleeper(clock, again=[RunAgain(10)])
    job = harness(sleeper, 20, pacing=pacing)
    pressed = before_the_run_of_slot(10, clock, job.job.pause)
    async with job:
        await clock.advance(15)
        await pressed
        assert job.status().ledger.skipped_paused == 1
        await job.job.resume()
        await clock.advance(15)
    assert sleeper.starts == [0, 20 if pacing == "FixedRate" else 30]


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_run_by_hand_between_a_slot_and_its_run_makes_no_two(
    clock: FakeClock, pacing: str
) -> None:
    """The slot was handed over, its run had not begun: it gives way, and the loop goes on."""
    sleeper = Sleeper(clock, 0, 5, again=[RunAgain(10)])
    job = harness(sleeper, 20, pacing=pacing)
    asked = before_the_run_of_slot(10, clock, job.run_once)
    async with job:
        await clock.advance(35)
        await asked
        assert (job.status().by_hand.succeeded, job.status().ledger.skipped_running) == (1, 1)
    following = 20 if pacing == "FixedRate" else 30
    assert (sleeper.starts, sleeper.most_at_once) == ([0, 10, following], 1)


def before_the_run_of_slot(
    due: float, clock: FakeClock, act: Callable[[], Awaitable[object]]
) -> asyncio.Future[object]:
    """Act in the moment between the call of the timer and the begin of the run.

    Alarms of one moment go off in the order they were set, and tasks run in the order they were
    made ready: this one is set before the timer sets its own.
    """
    acted: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    async def begin() -> None:
        acted.set_result(await act())

    clock.call_between(due, due, lambda: tasks.append(asyncio.ensure_future(begin())))
    tasks: list[asyncio.Future[None]] = []
    return acted


async def test_a_run_by_hand_moves_no_slot(clock: FakeClock) -> None:
    """The grid goes on, and the run is counted beside it."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        await clock.advance(13)
        record = await job.run_once()
        await clock.advance(10)
        status = job.status()
    assert sleeper.starts == [0, 10, 13, 20]
    assert record.outcome is Outcome.SUCCEEDED
    assert (status.ledger.due, status.by_hand.due, status.by_hand.succeeded) == (3, 1, 1)


async def test_a_run_by_hand_obeys_the_overlap_rule(clock: FakeClock) -> None:
    """With SkipIfRunning a run in progress is an answer: not now."""
    sleeper = Sleeper(clock, 5)
    async with harness(sleeper) as job:
        await clock.advance(1)
        asked_at = clock.now()
        record = await job.run_once()
        assert (record.outcome, record.due_at) == (Outcome.SKIPPED_RUNNING, asked_at)
        assert (record.started_at, record.duration) == (None, 0)
        assert job.status().by_hand.skipped_running == 1
        assert job.history() == []
    assert sleeper.starts == [0]


async def test_a_slot_finds_a_run_by_hand_in_progress(clock: FakeClock) -> None:
    """It is skipped like behind any other run."""
    sleeper = Sleeper(clock, 0, 5, 0)
    async with harness(sleeper) as job:
        await clock.advance(7)
        by_hand = asyncio.create_task(job.run_once())
        await clock.advance(13)
        await by_hand
        assert job.status().ledger.skipped_running == 1
    assert sleeper.starts == [0, 7, 20]


async def test_a_run_by_hand_that_ends_at_a_slot_has_freed_it(clock: FakeClock) -> None:
    """The rule of equal moments holds for it too."""
    sleeper = Sleeper(clock, 0, 3, 0)
    async with harness(sleeper) as job:
        await clock.advance(7)
        by_hand = asyncio.create_task(job.run_once())
        await clock.advance(3)
        await by_hand
    assert sleeper.starts == [0, 7, 10]


async def test_a_run_by_hand_comes_before_the_first_slot(clock: FakeClock) -> None:
    """The initial delay is for the schedule; it is not cut short."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, initial_delay_in_seconds=600) as job:
        await clock.advance(5)
        await job.run_once()
        await clock.advance(600)
    assert sleeper.starts == [5, 600]


async def test_a_paused_job_runs_by_hand(clock: FakeClock) -> None:
    """Pausing the schedule is often done to try things out."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, initial_delay_in_seconds=5) as job:
        await job.job.pause()
        assert (await job.run_once()).outcome is Outcome.SUCCEEDED
        assert job.status().state is JobState.PAUSED


async def test_a_run_by_hand_outlives_whoever_asked(clock: FakeClock) -> None:
    """A browser that closes the connection does not end the work."""
    sleeper = Sleeper(clock, 5)
    async with harness(sleeper, initial_delay_in_seconds=100) as job:
        asked = asyncio.create_task(job.run_once())
        await clock.advance(1)
        asked.cancel()
        await clock.advance(5)
        assert job.status().by_hand.succeeded == 1


async def test_a_disabled_job_refuses_by_words(clock: FakeClock) -> None:
    """Whoever asks learns which option to change."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, enabled=False) as job:
        await clock.advance(100)
        with pytest.raises(ControlError, match="Enabled"):
            await job.run_once()
        assert job.status().next_due_at is None
    assert sleeper.starts == []


async def test_runs_by_hand_never_stop_a_slot_that_comes_after_them(clock: FakeClock) -> None:
    """Ten in a row, and the grid is where it was."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        for _ in range(10):
            await job.run_once()
        await clock.advance(10)
    assert sleeper.starts == [0.0] * 11 + [10]
    assert job.status().by_hand.succeeded == 10


@pytest.mark.parametrize("verb", ["trigger", "pause", "resume"])
async def test_a_stopped_job_cannot_be_steered(clock: FakeClock, verb: str) -> None:
    """Neither before its host is started nor after it has stopped."""
    job = harness(Sleeper(clock))
    with pytest.raises(ControlError, match="not started"):
        await getattr(job.job, verb)()
    async with job:
        pass
    with pytest.raises(ControlError, match="stopped"):
        await getattr(job.job, verb)()


async def test_a_thread_past_its_limit_keeps_the_place(
    clock: FakeClock,
) -> None:
    """The run is recorded as timed out, and the job runs until the body returns."""
    leave = asyncio.Event()

    async def body(ct: CancellationToken) -> None:
        while not leave.is_set():
            try:
                await leave.wait()
            except asyncio.CancelledError:
                continue

    options = LoopJobOptions(interval_in_seconds=10, timeout_in_seconds=3)
    async with JobHarness(body, options, clock=clock) as job:
        await clock.advance(15)
        status = job.status()
        assert (status.state, status.ledger.timed_out) == (JobState.RUNNING, 1)
        assert (status.ledger.in_flight, status.ledger.skipped_running) == (0, 1)
        assert (await job.run_once()).outcome is Outcome.SKIPPED_RUNNING
        leave.set()
        await clock.advance(5)
        assert job.status().ledger.succeeded == 1


async def test_a_host_has_the_handles_of_its_jobs(clock: FakeClock) -> None:
    """They are found by name, before the start and after the stop."""
    sleeper = Sleeper(clock)
    reloadable = Reloadable(sleeper)
    assert isinstance(reloadable.job, JobHandle)
    assert reloadable.job.name == "run"
    assert reloadable.job.status().state is JobState.NOT_STARTED
    async with reloadable:
        await clock.advance(5)
    assert reloadable.job.status().state is JobState.STOPPED
    assert reloadable.job.status().next_due_at is None
