"""The phases of a stop: runs are asked, may finish, are cancelled, are given up."""

import asyncio
import contextlib
from collections.abc import Callable

from loopjobs import CancellationToken, Host, LoopStopped, Outcome, RunEnded, RunOverstayed
from loopjobs.testing import EventRecorder, FakeClock

Build = Callable[..., Host]


async def obeys(ct: CancellationToken) -> None:
    await ct.sleep(3_600)


async def finishes(ct: CancellationToken) -> None:
    await ct.wait()
    await asyncio.sleep(0)


async def fails(ct: CancellationToken) -> None:
    await ct.wait()
    raise ValueError("cleanup went wrong")


async def ignores(ct: CancellationToken) -> None:
    await asyncio.Event().wait()


async def swallows_once(ct: CancellationToken) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


async def outcome_and_seconds(host: Host, clock: FakeClock, name: str) -> tuple[Outcome, float]:
    async with host:
        await clock.advance(0)
    return host.jobs[name].history()[0].outcome, clock.monotonic()


async def test_a_run_that_obeys_its_token_was_cancelled(build: Build, clock: FakeClock) -> None:
    """At once, for it was asked at once."""
    assert await outcome_and_seconds(build(obeys), clock, "obeys") == (Outcome.CANCELLED, 0)


async def test_a_run_that_finishes_has_succeeded(build: Build, clock: FakeClock) -> None:
    """Being asked to end is no failure and no cancellation."""
    assert await outcome_and_seconds(build(finishes), clock, "finishes") == (Outcome.SUCCEEDED, 0)


async def test_a_run_that_fails_while_it_ends_has_failed(build: Build, clock: FakeClock) -> None:
    """An error is an error, stop or not."""
    assert await outcome_and_seconds(build(fails), clock, "fails") == (Outcome.FAILED, 0)


async def test_a_run_that_ignores_its_token_is_cancelled_after_the_budget(
    build: Build, clock: FakeClock
) -> None:
    """Thirty seconds by default."""
    assert await outcome_and_seconds(build(ignores), clock, "ignores") == (Outcome.CANCELLED, 30)


async def test_the_budget_is_an_option(build: Build, clock: FakeClock) -> None:
    """Down to none at all."""
    host = build(ignores, host={"ShutdownTimeoutInSeconds": 0})
    assert await outcome_and_seconds(host, clock, "ignores") == (Outcome.CANCELLED, 0)


async def test_a_run_that_swallows_its_cancellation_and_returns_has_succeeded(
    build: Build, clock: FakeClock
) -> None:
    """It says itself that it has done its work."""
    host = build(swallows_once)
    assert await outcome_and_seconds(host, clock, "swallows_once") == (Outcome.SUCCEEDED, 30)


async def test_a_run_that_swallows_every_cancellation_is_abandoned(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """After the budget and five seconds more, by name and age; what it does later is not told."""
    released = asyncio.Event()

    async def stubborn(ct: CancellationToken) -> None:
        while not released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await released.wait()

    host = build(stubborn)
    assert await outcome_and_seconds(host, clock, "stubborn") == (Outcome.ABANDONED, 35)
    assert recorder.of(RunOverstayed)[0].running_for == 35
    assert recorder.of(LoopStopped) == []
    status = host.jobs["stubborn"].status()
    assert (status.state, status.ledger.abandoned, status.ledger.in_flight) == ("stopped", 1, 0)
    released.set()
    await clock.settle()
    assert len(recorder.of(RunEnded)) == 1
    assert len(recorder.of(LoopStopped)) == 1


async def test_all_loops_stop_within_one_budget(build: Build, clock: FakeClock) -> None:
    """Their waits do not add up."""

    async def ignores_too(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    async with build(ignores, ignores_too):
        await clock.advance(0)
    assert clock.monotonic() == 30


async def test_a_run_that_ends_within_the_budget_ends_the_stop(
    build: Build, clock: FakeClock
) -> None:
    """Nobody waits for the rest of the budget."""

    async def job(ct: CancellationToken) -> None:
        await clock.sleep(7)

    assert await outcome_and_seconds(build(job), clock, "job") == (Outcome.SUCCEEDED, 7)


async def test_a_run_that_ends_within_the_grace_ends_the_stop(
    build: Build, clock: FakeClock
) -> None:
    """Unwinding may take a while."""

    async def job(ct: CancellationToken) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await clock.sleep(2)

    assert await outcome_and_seconds(build(job), clock, "job") == (Outcome.CANCELLED, 32)


async def test_the_loop_has_stopped_after_its_last_run_ended(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """And nothing is announced after that."""
    host = build(obeys)
    await outcome_and_seconds(host, clock, "obeys")
    await clock.advance(100)
    assert isinstance(recorder.events[-1], LoopStopped)


async def test_overlapping_runs_go_through_the_phases_together(
    build: Build, clock: FakeClock
) -> None:
    """Each run is in a task of its own, and each is cancelled."""
    host = build(ignores, SkipIfRunning=False)
    async with host:
        await clock.advance(20)
    assert host.jobs["ignores"].status().ledger.cancelled == 3
    assert clock.monotonic() == 50
