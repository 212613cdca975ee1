"""Control calls: what they do, and when they are refused."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from loopjobs import CancellationToken, ControlError, Host, JobHandle, LoopJobOptions, Outcome
from loopjobs.testing import FakeClock, JobHarness

Build = Callable[..., Host]
Control = Callable[[JobHandle], Coroutine[Any, Any, object]]

CONTROLS = [JobHandle.trigger, JobHandle.pause, JobHandle.resume]


async def quick(ct: CancellationToken) -> None:
    pass


async def slow(ct: CancellationToken) -> None:
    await ct.sleep(15)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.__name__)
async def test_before_the_start_and_after_the_stop_there_is_nothing_to_control(
    build: Build, control: Control
) -> None:
    """The error says in what state the job is."""
    host = build(quick)
    with pytest.raises(ControlError, match=r"job quick: its host is not started"):
        await control(host.jobs["quick"])
    async with host:
        pass
    with pytest.raises(ControlError, match=r"job quick: it is stopped"):
        await control(host.jobs["quick"])


async def test_while_it_stops_a_job_cannot_be_controlled(build: Build, clock: FakeClock) -> None:
    """A run begun then would be cancelled at once."""

    async def job(ct: CancellationToken) -> None:
        await clock.sleep(5)

    async with build(job) as host:
        await clock.advance(0)
        stopping = asyncio.create_task(host.stop())
        await clock.advance(1)
        assert host.jobs["job"].status().state == "stopping"
        with pytest.raises(ControlError, match="it is stopping"):
            await host.jobs["job"].trigger()
        await clock.advance(4)
        await stopping


async def test_a_disabled_job_is_not_run_by_hand(build: Build) -> None:
    """The error says what to do."""
    async with build(quick, Enabled=False) as host:
        with pytest.raises(ControlError, match="option Enabled to true"):
            await host.jobs["quick"].trigger()


async def test_a_paused_job_skips_its_slots_and_can_be_run_by_hand(clock: FakeClock) -> None:
    """The grid goes on underneath, and resuming takes up the very next slot."""
    options = LoopJobOptions(interval_in_seconds=10)
    async with JobHarness(quick, options, clock=clock) as harness:
        await clock.advance(5)
        await harness.job.pause()
        await clock.advance(20)
        assert harness.status().state == "paused"
        assert (await harness.run_once()).outcome is Outcome.SUCCEEDED
        await harness.job.resume()
        await clock.advance(5)
        ledger = harness.status().ledger
        assert (ledger.skipped_paused, ledger.succeeded) == (2, 2)
        assert harness.status().by_hand.succeeded == 1


async def test_a_run_by_hand_obeys_the_overlap_rule(build: Build, clock: FakeClock) -> None:
    """With a run in progress it is refused, and the record says so."""
    async with build(slow) as host:
        await clock.advance(0)
        record = await host.jobs["slow"].trigger()
        assert (record.outcome, record.started_at) == (Outcome.SKIPPED_RUNNING, None)
        assert host.jobs["slow"].status().by_hand.skipped_running == 1


async def test_a_run_may_trigger_its_own_job_where_runs_may_overlap(build: Build) -> None:
    """And is refused, rather than kept waiting for itself, where they may not."""
    hosts: list[Host] = []
    outcomes: list[Outcome] = []

    async def job(ct: CancellationToken) -> None:
        if not outcomes:
            outcomes.append(Outcome.MISSED)
            record = await hosts[0].jobs["job"].trigger()
            outcomes.append(record.outcome)

    for skips, expected in ((True, Outcome.SKIPPED_RUNNING), (False, Outcome.SUCCEEDED)):
        outcomes.clear()
        hosts[:] = [build(job, SkipIfRunning=skips, InitialDelayInSeconds=60)]
        async with hosts[0]:
            await hosts[0].jobs["job"].trigger()
        assert outcomes[1:] == [expected]


async def test_a_caller_that_is_cancelled_does_not_cancel_its_run(
    build: Build, clock: FakeClock
) -> None:
    """The run belongs to the job."""
    async with build(slow, InitialDelayInSeconds=60) as host:
        triggered = asyncio.create_task(host.jobs["slow"].trigger())
        await clock.advance(1)
        triggered.cancel()
        await clock.advance(14)
        assert host.jobs["slow"].history()[0].outcome is Outcome.SUCCEEDED


async def test_a_loop_is_started_once(build: Build) -> None:
    """Also by whoever holds the service itself."""
    async with build(quick, InitialDelayInSeconds=60) as host:
        with pytest.raises(Exception, match="a loop is started once"):
            await host.jobs["quick"]._service.start()


async def test_a_loop_that_never_started_is_stopped_already(build: Build) -> None:
    """Nothing is there to wait for, however hard it is asked."""
    handle = build(quick).jobs["quick"]
    handle._service.force_stop()
    await handle._service.stop()
    assert handle.status().state == "not_started"


async def test_the_handle_tells_its_job(build: Build, clock: FakeClock) -> None:
    """Name, options, state and what comes next."""
    async with build(quick, UnhealthyAfterFailures=1) as host:
        await clock.advance(1)
        handle = host.jobs["quick"]
        status = handle.status()
        assert handle.name == status.name == "quick"
        assert (status.state, status.healthy) == ("waiting", True)
        assert status.options.interval_in_seconds == 10
        assert status.last_run == handle.history()[0]
        assert status.next_due_at is not None
        assert (status.next_due_at - clock.now()).total_seconds() == 9


async def test_a_job_is_unhealthy_after_so_many_failures_in_a_row(
    build: Build, clock: FakeClock
) -> None:
    """And healthy again with the first success."""
    failing = True

    async def job(ct: CancellationToken) -> None:
        if failing:
            raise ValueError

    async with build(job, UnhealthyAfterFailures=2) as host:
        healthy = []
        for _ in range(2):
            await clock.advance(5)
            healthy.append(host.jobs["job"].status().healthy)
            await clock.advance(5)
        failing = False
        await clock.advance(10)
        healthy.append(host.jobs["job"].status().healthy)
    assert healthy == [True, False, True]


@pytest.mark.parametrize(
    "call",
    [
        lambda host: host.jobs["quick"].trigger(),
        lambda host: host.jobs["quick"].pause(),
        lambda host: host.jobs["quick"].resume(),
        lambda host: host.reload_settings(),
        lambda host: host.stop(),
    ],
    ids=["trigger", "pause", "resume", "reload", "stop"],
)
async def test_whoever_calls_from_another_event_loop_is_told(
    build: Build, call: Callable[[Host], Coroutine[object, object, object]]
) -> None:
    """As a listener may, which has a thread of its own; to wait for an answer would be for ever."""
    async with build(quick) as host:

        def elsewhere() -> None:
            with pytest.raises(ControlError, match="run_coroutine_threadsafe"):
                asyncio.run(call(host))

        await asyncio.to_thread(elsewhere)
        assert host.is_running
        assert (await host.jobs["quick"].trigger()).outcome is Outcome.SUCCEEDED
