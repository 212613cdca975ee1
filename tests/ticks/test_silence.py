"""What a status says about successes: how old the last is, and for how long one is due."""

import threading
from collections.abc import Awaitable, Callable

import pytest

from loopjobs import CancellationToken, LoopJobOptions
from loopjobs.testing import FakeClock, JobHarness

from .bodies import Reloadable, Sleeper, harness

Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def test_the_last_success_ages(clock: FakeClock) -> None:
    """From its end on; failures after it change nothing about it."""
    async with harness(Sleeper(clock, 2)) as job:
        assert (job.status().last_success, job.status().last_success_age) == (None, None)
        await clock.advance(5)
        status = job.status()
        assert status.last_success == job.history()[0]
        assert status.last_success_age == 3


async def test_failures_do_not_renew_the_last_success(clock: FakeClock) -> None:
    """Nor do they take it away."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        await clock.advance(5)
        sleeper.fails = 2
        await clock.advance(20)
        assert (job.status().consecutive_failures, job.status().last_success_age) == (2, 25)


async def test_silence_begins_with_the_first_slot(clock: FakeClock) -> None:
    """An initial delay is none."""
    sleeper = Sleeper(clock, fails=9)
    async with harness(sleeper, initial_delay_in_seconds=100) as job:
        await clock.advance(90)
        assert job.status().silent_for == 0
        await clock.advance(25)
        assert job.status().silent_for == 15


@pytest.mark.parametrize("pacing", ["FixedRate", "FixedDelay"])
async def test_a_success_ends_the_silence(clock: FakeClock, pacing: str) -> None:
    """By hand as well as by schedule."""
    sleeper = Sleeper(clock, fails=2)
    async with harness(sleeper, pacing=pacing) as job:
        await clock.advance(15)
        assert job.status().silent_for == 15
        assert (await job.run_once()).outcome == "succeeded"
        assert job.status().silent_for == 0
        await clock.advance(4)
        assert job.status().silent_for == 4


async def test_a_paused_job_is_not_silent(clock: FakeClock) -> None:
    """And silence is counted anew when it goes on."""
    async with harness(Sleeper(clock)) as job:
        await clock.advance(5)
        await job.job.pause()
        await clock.advance(500)
        assert (job.status().is_paused, job.status().silent_for) == (True, 0)
        await job.job.resume()
        await clock.advance(3)
        assert (job.status().is_paused, job.status().silent_for) == (False, 3)


async def test_a_disabled_job_is_not_silent(clock: FakeClock) -> None:
    """And silence is counted anew when it is enabled."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, InitialDelayInSeconds=20) as job:
        await clock.advance(25)
        await job.change(Enabled=False)
        sleeper.fails = 9
        await clock.advance(500)
        assert job.job.status().silent_for == 0
        await job.change(Enabled=True)
        await clock.advance(23)
        assert job.job.status().silent_for == 3


async def test_silence_is_counted_anew_when_the_pace_changes(clock: FakeClock) -> None:
    """What was no silence at the old pace is none at the new one."""
    async with Reloadable(Sleeper(clock), IntervalInSeconds=1_000) as job:
        await clock.advance(900)
        assert job.job.status().silent_for == 900
        await job.change(IntervalInSeconds=950)
        assert job.job.status().silent_for == 0


async def test_a_job_that_does_not_run_is_not_silent(clock: FakeClock) -> None:
    """Before its start and after its end nothing is due."""
    job = harness(Sleeper(clock))
    await clock.advance(50)
    assert job.status().silent_for == 0
    async with job:
        await clock.advance(5)
    await clock.advance(500)
    assert (job.status().silent_for, job.status().last_success_age) == (0, 505)


async def test_a_run_in_progress_has_an_age(clock: FakeClock) -> None:
    """That of the oldest, if there are several."""
    async with harness(Sleeper(clock, 25), skip_if_running=False) as job:
        await clock.advance(12)
        assert (job.status().running_for, job.status().overstayed) == (12, 0)


async def test_a_body_that_outlives_its_run_has_overstayed(clock: FakeClock, until: Until) -> None:
    """A thread that has timed out, say, until it returns."""
    leave = threading.Event()

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            leave.wait()

    options = LoopJobOptions(interval_in_seconds=10, timeout_in_seconds=4)
    async with JobHarness(Job, options, clock=clock) as job:
        await clock.advance(3)
        assert (job.status().overstayed, job.status().running_for) == (0, 3)
        await clock.advance(5)
        assert (job.status().overstayed, job.status().running_for) == (1, 8)
        leave.set()
        await until(lambda: job.status().overstayed == 0)
        assert job.status().running_for is None
