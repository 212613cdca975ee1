"""`StartedBy: Trigger`: the loop has no slots, and a run comes when somebody triggers it."""

import asyncio

from loopjobs import JobState, RunAgain
from loopjobs.testing import FakeClock

from .bodies import Reloadable, Sleeper


async def test_a_job_that_is_only_triggered_has_no_slots_and_waits(clock: FakeClock) -> None:
    """It is no disabled job: it waits, and expects no success by itself."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, StartedBy="Trigger") as job:
        await clock.advance(100)
        status = job.job.status()
        assert (status.state, status.next_due_at) == (JobState.WAITING, None)
        assert (status.ledger.due, status.silent_for) == (0, 0.0)
    assert sleeper.starts == []


async def test_a_trigger_runs_it_under_the_overlap_rule(clock: FakeClock) -> None:
    """Whoever triggers it twice at once is refused."""
    sleeper = Sleeper(clock, 30)
    async with Reloadable(sleeper, StartedBy="Trigger") as job:
        first = asyncio.create_task(job.job.trigger())
        await clock.advance(10)
        assert (await job.job.trigger()).outcome == "skipped_running"
        await clock.advance(20)
        assert (await first).outcome == "succeeded"
    assert sleeper.starts == [0]


async def test_the_loop_takes_over_and_gives_back_by_a_reload(clock: FakeClock) -> None:
    """The first slot comes after the initial delay, and after a give-back there is none."""
    sleeper = Sleeper(clock)
    async with Reloadable(sleeper, StartedBy="Trigger", InitialDelayInSeconds=10) as job:
        await clock.advance(33)
        await job.change(StartedBy="Loop")
        await clock.advance(25)
        await job.change(StartedBy="Trigger")
        await clock.advance(100)
        assert job.job.status().ledger.due == 2
    assert sleeper.starts == [43, 53]


async def test_a_run_of_the_one_side_goes_on_while_the_other_takes_over(clock: FakeClock) -> None:
    """A slot that finds a triggered run in progress is skipped, so there are never two at once."""
    sleeper = Sleeper(clock, 25, 1)
    async with Reloadable(sleeper, StartedBy="Trigger") as job:
        triggered = asyncio.create_task(job.job.trigger())
        await clock.advance(4)
        await job.change(StartedBy="Loop")
        await clock.advance(40)
        assert triggered.done()
        assert job.job.status().ledger.skipped_running == 3
    assert (sleeper.starts, sleeper.most_at_once) == ([0, 34, 44], 1)


async def test_what_a_triggered_run_asks_for_is_left_to_whoever_triggers(clock: FakeClock) -> None:
    """RunAgain is a slot like any other, and there are none."""
    sleeper = Sleeper(clock, again=[RunAgain(5)])
    async with Reloadable(sleeper, StartedBy="Trigger") as job:
        await job.job.trigger()
        await clock.advance(20)
    assert sleeper.starts == [0]
