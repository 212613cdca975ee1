"""Runs that may overlap: a bound, one tick that waits its turn, the rest skipped."""

import asyncio

import pytest

from loopjobs import JobState, Outcome
from loopjobs.testing import FakeClock

from .bodies import Sleeper, harness


@pytest.mark.parametrize("most", [1, 2, 3, 5])
async def test_runs_never_exceed_the_bound(clock: FakeClock, most: int) -> None:
    """As many as the bound allows are in progress at once, and never one more."""
    sleeper = Sleeper(clock, 100)
    async with harness(sleeper, skip_if_running=False, max_concurrent_runs=most) as job:
        await clock.advance(500)
        assert job.status().ledger.in_flight == most
    assert sleeper.most_at_once == most


async def test_without_need_runs_overlap_on_the_grid(clock: FakeClock) -> None:
    """Each slot has its run at its time."""
    sleeper = Sleeper(clock, 25)
    async with harness(sleeper, skip_if_running=False) as job:
        await clock.advance(50)
        assert job.status().ledger.in_flight == 3
    assert sleeper.starts == [0, 10, 20, 30, 40, 50]


async def test_a_bound_of_one_runs_late_but_never_twice_at_once(clock: FakeClock) -> None:
    """.NET's PeriodicTimer: a tick that comes too early waits for the end of the run."""
    sleeper = Sleeper(clock, 14)
    async with harness(sleeper, skip_if_running=False, max_concurrent_runs=1) as job:
        await clock.advance(60)
        ledger = job.status().ledger
    assert sleeper.starts == [0, 14, 28, 42, 56]
    assert sleeper.most_at_once == 1
    assert [run.lateness for run in sleeper.runs] == [0, 4, 8, 12, 6]
    assert ledger.skipped_running == 1


async def test_one_tick_waits_and_further_ones_are_skipped(clock: FakeClock) -> None:
    """The slot that waits keeps its number and its time, however long it waits."""
    sleeper = Sleeper(clock, 45, 0)
    async with harness(sleeper, skip_if_running=False, max_concurrent_runs=1) as job:
        await clock.advance(44)
        ledger = job.status().ledger
        assert (ledger.skipped_running, ledger.in_flight) == (3, 1)
        await clock.advance(10)
    assert sleeper.starts == [0, 45, 50]
    assert [run.slot for run in sleeper.runs] == [0, 1, 5]
    assert [run.lateness for run in sleeper.runs] == [0, 35, 0]


async def test_a_run_by_hand_waits_its_turn_at_the_bound(clock: FakeClock) -> None:
    """It was due when it was asked for, and is as late as it had to wait."""
    sleeper = Sleeper(clock, 14, 0)
    async with harness(sleeper, 100, skip_if_running=False, max_concurrent_runs=1) as job:
        await clock.advance(4)
        asked_at = clock.now()
        asked = asyncio.create_task(job.job.trigger())
        await clock.advance(20)
        record = await asked
    assert (record.outcome, record.due_at) == (Outcome.SUCCEEDED, asked_at)
    assert sleeper.starts == [0, 14]
    assert sleeper.runs[1].lateness == 10


async def test_a_second_run_by_hand_does_not_queue(clock: FakeClock) -> None:
    """At the bound one waits; whoever asks after it is told so at once."""
    sleeper = Sleeper(clock, 14)
    async with harness(sleeper, 100, skip_if_running=False, max_concurrent_runs=1) as job:
        first = asyncio.create_task(job.job.trigger())
        await clock.settle()
        second = await job.job.trigger()
        await clock.advance(30)
        assert (await first).outcome is Outcome.SUCCEEDED
    assert (second.outcome, second.started_at) == (Outcome.SKIPPED_RUNNING, None)


async def test_first_come_is_first_served(clock: FakeClock) -> None:
    """A tick that waits goes before a run by hand that came later."""
    sleeper = Sleeper(clock, 15, 1)
    options = {"skip_if_running": False, "max_concurrent_runs": 2}
    async with harness(sleeper, **options) as job:
        by_hand = asyncio.create_task(job.job.trigger())
        await clock.advance(10)
        assert sleeper.starts == [0, 0, 10]
        await by_hand
    assert sleeper.most_at_once == 2


@pytest.mark.parametrize("by_hand", [False, True])
async def test_whoever_waits_is_let_go_by_a_stop(clock: FakeClock, *, by_hand: bool) -> None:
    """It has never begun, and is cancelled: the ledger forgets no slot that was due."""
    sleeper = Sleeper(clock, 1e6)
    interval = 100.0 if by_hand else 10.0
    async with harness(sleeper, interval, skip_if_running=False, max_concurrent_runs=1) as job:
        asked = asyncio.create_task(job.job.trigger()) if by_hand else None
        await clock.advance(10)
    status = job.status()
    assert status.ledger.cancelled == (1 if by_hand else 2)
    assert status.ledger.due == status.ledger.settled
    if asked is not None:
        assert ((await asked).outcome, (await asked).started_at) == (Outcome.CANCELLED, None)
    assert len(sleeper.starts) == 1


async def test_a_paused_tick_that_waited_is_skipped(clock: FakeClock) -> None:
    """Pause takes effect for the very next run, also for one that waits its turn."""
    sleeper = Sleeper(clock, 14)
    async with harness(sleeper, skip_if_running=False, max_concurrent_runs=1) as job:
        await clock.advance(12)
        await job.job.pause()
        await clock.advance(6)
        ledger = job.status().ledger
    assert (ledger.skipped_paused, sleeper.starts) == (1, [0])


async def test_a_tick_that_waited_heeds_the_back_off(clock: FakeClock) -> None:
    """Failures while it waited put it off like every other slot."""
    sleeper = Sleeper(clock, 10, 12, 0, fails=2)
    options = {"skip_if_running": False, "max_concurrent_runs": 1, "max_backoff_in_seconds": 60}
    async with harness(sleeper, **options) as job:
        await clock.advance(60)
    # Slot 20 waits for the run of slot 10, which fails at 22 and holds until 10 + 20.
    assert sleeper.starts == [0, 10, 30, 40, 50, 60]
    assert job.status().ledger.skipped_backoff == 1


async def test_whoever_waits_no_longer_stands_in_nobodys_way(clock: FakeClock) -> None:
    """A browser that closes the connection leaves the queue."""
    sleeper = Sleeper(clock, 14, 0)
    async with harness(sleeper, 100, skip_if_running=False, max_concurrent_runs=1) as job:
        gone = asyncio.create_task(job.job.trigger())
        await clock.advance(1)
        gone.cancel()
        await clock.settle()
        asked = asyncio.create_task(job.job.trigger())
        await clock.advance(20)
        assert (await asked).outcome is Outcome.SUCCEEDED
        assert job.status().by_hand.due == 1
    assert sleeper.starts == [0, 14]


async def test_a_run_whose_host_stops_before_its_first_step_never_begins(
    clock: FakeClock,
) -> None:
    """It was counted as begun, and is cancelled."""
    sleeper = Sleeper(clock)
    async with harness(sleeper, skip_if_running=False) as job:
        await clock.advance(5)
        # Set after the timer's alarm: the loop begins the run, then the stop comes.
        clock.call_between(10, 10, lambda: stopping.append(job.host._begin_stop()))
        stopping: list[asyncio.Future[None]] = []
        await clock.advance(10)
    assert sleeper.starts == [0]
    assert job.status().ledger.cancelled == 1


async def test_a_defect_in_a_run_beside_the_loop_is_not_silent(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the library ends the loop, and the host with it."""

    async def fail(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("loopjobs._run.performer.Performer.perform", fail)
    job = harness(Sleeper(clock), skip_if_running=False)
    await job.host.start()
    await clock.advance(1)
    assert job.status().state is JobState.FAULTED
    assert job.status().healthy is False
    with pytest.raises(ZeroDivisionError, match="a defect"):
        await job.host.__aexit__(None, None, None)


async def test_a_run_cancelled_before_its_first_step_frees_its_place(clock: FakeClock) -> None:
    """Whoever cancels tasks from outside cannot make the books wrong."""
    sleeper = Sleeper(clock, 5)
    async with harness(sleeper, 100, initial_delay_in_seconds=50) as job:
        asked = asyncio.create_task(job.job.trigger())
        await asyncio.sleep(0)
        (run,) = [task for task in asyncio.all_tasks() if task.get_name() == "loopjobs run 1"]
        run.cancel()
        record = await asked
        assert record.outcome is Outcome.CANCELLED
        assert job.status().by_hand.in_flight == 0
        await clock.advance(50)
    assert sleeper.starts == [50]
