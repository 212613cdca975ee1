"""A stop ends whatever a loop is waiting for, at once."""

import asyncio
from collections.abc import Callable

from loopjobs import CancellationToken, Host, Outcome
from loopjobs.testing import FakeClock

Build = Callable[..., Host]


async def quick(ct: CancellationToken) -> None:
    pass


async def failing(ct: CancellationToken) -> None:
    raise ValueError


async def slow(ct: CancellationToken) -> None:
    await ct.sleep(15)


async def test_before_the_start(build: Build) -> None:
    """A host that never started has nothing to wait for, and cannot start afterwards."""
    host = build(quick)
    await host.stop()
    assert host.jobs["quick"].status().state == "not_started"


async def test_during_the_initial_delay(build: Build, clock: FakeClock) -> None:
    """Ten minutes of delay do not keep anybody."""
    async with build(quick, InitialDelayInSeconds=600) as host:
        await clock.advance(1)
        await host.stop()
        assert host.jobs["quick"].status().ledger.due == 0
    assert clock.monotonic() == 1


async def test_during_the_wait_for_a_slot(build: Build, clock: FakeClock) -> None:
    """The loop ends between two slots, and no slot comes any more."""
    async with build(quick) as host:
        await clock.advance(1)
        await host.stop()
        await clock.advance(100)
        status = host.jobs["quick"].status()
        assert status.ledger.due == 1
        assert status.state == "stopped"
        assert status.next_due_at is None


async def test_during_a_back_off(build: Build, clock: FakeClock) -> None:
    """Failures do not delay the stop."""
    async with build(failing, MaxBackoffInSeconds=3_600) as host:
        await clock.advance(100)
        assert host.jobs["failing"].status().state == "backing_off"
        await host.stop()
    assert clock.monotonic() == 100


async def test_during_a_pause(build: Build, clock: FakeClock) -> None:
    """A paused loop stops like any other."""
    async with build(quick, InitialDelayInSeconds=5) as host:
        await host.jobs["quick"].pause()
        await clock.advance(20)
        assert host.jobs["quick"].status().state == "paused"
        await host.stop()
        assert host.jobs["quick"].status().state == "stopped"
    assert clock.monotonic() == 20


async def test_of_a_disabled_job(build: Build, clock: FakeClock) -> None:
    """A loop that never ticks ends too."""
    async with build(quick, Enabled=False) as host:
        await clock.advance(20)
        assert host.jobs["quick"].status().state == "disabled"
        await host.stop()
        assert host.jobs["quick"].status().state == "stopped"


async def test_at_the_very_moment_of_a_slot(build: Build, clock: FakeClock) -> None:
    """A tick that was handed out but not begun is settled as cancelled."""
    hosts: list[Host] = []

    async def stopping(ct: CancellationToken) -> None:
        await hosts[0].stop()

    hosts.append(build(stopping, quick))
    async with hosts[0]:
        await clock.advance(0)
        ledger = hosts[0].jobs["quick"].status().ledger
    assert ledger.due == ledger.settled <= 1


async def test_while_a_tick_waits_for_its_turn(build: Build, clock: FakeClock) -> None:
    """It is settled as cancelled, and the run it waited for may finish."""
    async with build(slow, SkipIfRunning=False, MaxConcurrentRuns=1) as host:
        await clock.advance(10)
        await host.stop()
        ledger = host.jobs["slow"].status().ledger
    assert (ledger.due, ledger.in_flight, ledger.cancelled) == (2, 0, 2)


async def test_while_runs_overlap(build: Build, clock: FakeClock) -> None:
    """All of them are asked to end."""
    async with build(slow, SkipIfRunning=False) as host:
        await clock.advance(10)
        assert host.jobs["slow"].status().ledger.in_flight == 2
        await host.stop()
        assert host.jobs["slow"].status().ledger.cancelled == 2


async def test_while_a_run_by_hand_waits_for_its_turn(build: Build, clock: FakeClock) -> None:
    """The caller gets an answer instead of a future that nobody resolves."""
    async with build(slow, SkipIfRunning=False, MaxConcurrentRuns=1) as host:
        await clock.advance(0)
        triggered = asyncio.create_task(host.jobs["slow"].trigger())
        await clock.advance(0)
        await host.stop()
        assert (await triggered).started_at is None


async def test_with_a_run_by_hand_in_progress(build: Build, clock: FakeClock) -> None:
    """It is asked to end like a scheduled one, and its caller is told how it ended."""
    async with build(slow, InitialDelayInSeconds=60) as host:
        triggered = asyncio.create_task(host.jobs["slow"].trigger())
        await clock.advance(0)
        await host.stop()
        assert (await triggered).outcome is Outcome.CANCELLED
        assert host.jobs["slow"].status().by_hand.cancelled == 1


async def test_just_as_a_run_by_hand_was_asked_for(build: Build, clock: FakeClock) -> None:
    """A run whose body has not begun never begins."""
    began: list[int] = []

    async def job(ct: CancellationToken) -> None:
        began.append(1)

    async with build(job, InitialDelayInSeconds=60) as host:
        await clock.advance(0)
        triggered = asyncio.create_task(host.jobs["job"].trigger())
        stopped = asyncio.create_task(host.stop())
        await stopped
        record = await triggered
    assert record.outcome in {Outcome.CANCELLED, Outcome.SUCCEEDED}
    assert len(began) == (record.outcome is Outcome.SUCCEEDED)
