"""A run past its limit is cancelled and has timed out, whatever it makes of that."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

from dishka import Provider, Scope

from loopjobs import CancellationToken, LoopJobOptions, Outcome, RunOverstayed
from loopjobs.testing import JobHarness

Until = Callable[[Callable[[], bool]], Awaitable[None]]

LIMITED = LoopJobOptions(interval_in_seconds=10, timeout_in_seconds=4)
LIMITED_BY_HAND = LoopJobOptions(
    interval_in_seconds=100, initial_delay_in_seconds=60, timeout_in_seconds=4
)


async def test_a_run_past_its_limit_is_cancelled_and_has_timed_out() -> None:
    """It ends at the limit, and the next slot runs."""

    async def job(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(14)
        first, second = harness.history()
        assert first.outcome is second.outcome is Outcome.TIMED_OUT
        assert second.duration == 4
        assert second.error == "TimeoutError: the run passed its limit of 4 s"
        assert harness.status().consecutive_failures == 2


async def test_a_run_within_its_limit_never_hears_of_it() -> None:
    """The limit is lifted with the end of the run."""

    async def job(ct: CancellationToken) -> None:
        await ct.sleep(3)

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(19)
        assert harness.status().ledger.succeeded == 2


async def test_the_token_is_cancelled_at_the_limit() -> None:
    """A body that looks at its token sees that it should end."""
    asked: list[bool] = []

    async def job(ct: CancellationToken) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            asked.append(ct.is_cancellation_requested)

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(4)
    assert asked == [True]


async def test_a_run_that_makes_a_success_of_it_has_timed_out_all_the_same() -> None:
    """Work that ends past the limit is not what the options asked for."""

    async def job(ct: CancellationToken) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(4)
        assert harness.history()[0].outcome is Outcome.TIMED_OUT


async def test_what_a_run_raises_when_cancelled_is_told() -> None:
    """The outcome is the time-out, the error is what came of it."""

    async def job(ct: CancellationToken) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("cleanup went wrong")

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(4)
        record = harness.history()[0]
        assert record.outcome is Outcome.TIMED_OUT
        assert record.error == "ValueError: cleanup went wrong"


async def test_a_run_that_ignores_its_cancellation_is_reported_after_the_grace() -> None:
    """It counts as running until it has really ended, and what it says then changes nothing."""
    released = asyncio.Event()

    async def job(ct: CancellationToken) -> None:
        while not released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await released.wait()
        raise ValueError("too late to matter")

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(8.9)
        assert harness.history() == []
        await harness.clock.advance(0.1)
        assert harness.recorder.of(RunOverstayed)[0].running_for == 9
        assert harness.history()[0].outcome is Outcome.TIMED_OUT
        await harness.clock.advance(10)
        assert harness.status().state == "running"
        assert harness.status().ledger.skipped_running == 1
        released.set()
        await harness.clock.advance(0)
        assert harness.status().state == "waiting"
        assert harness.history()[0].error == "TimeoutError: the run passed its limit of 4 s"
        assert harness.status().ledger.timed_out == 1


async def test_a_thread_has_timed_out_at_once_and_counts_as_running_until_it_returns(
    until: Until,
) -> None:
    """A thread cannot be cancelled; its token asks it, and its slot is settled meanwhile."""
    asked, may_return = threading.Event(), threading.Event()

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            ct.wait_blocking()
            asked.set()
            may_return.wait()

    async with JobHarness(Job, LIMITED) as harness:
        await harness.clock.advance(4)
        assert harness.history()[0].outcome is Outcome.TIMED_OUT
        assert harness.status().state == "running"
        await asyncio.to_thread(asked.wait)
        await harness.clock.advance(6)
        assert harness.status().ledger.skipped_running == 1
        may_return.set()
        await until(lambda: harness.status().state == "waiting")
        assert harness.status().ledger.timed_out == 1


async def test_a_run_by_hand_keeps_the_limit_too() -> None:
    """The caller gets the record of a time-out."""

    async def job(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    async with JobHarness(job, LIMITED_BY_HAND) as harness:
        triggered = asyncio.create_task(harness.run_once())
        await harness.clock.advance(4)
        assert (await triggered).outcome is Outcome.TIMED_OUT


async def test_a_limit_that_strikes_after_the_run_was_given_up_rewrites_nothing() -> None:
    """The record of a run that was given up at a stop stands."""
    released = asyncio.Event()

    class Connection:
        pass

    class Job:
        def __init__(self, connection: Connection) -> None:
            pass

        async def execute(self, ct: CancellationToken) -> None:
            while not released.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await released.wait()

    async def connection() -> AsyncIterator[Connection]:
        yield Connection()
        # The run is given up after 35 s, and its limit comes while the container closes.
        await harness.clock.sleep(5)

    provider = Provider(scope=Scope.APP)
    provider.provide(connection)
    options = LoopJobOptions(interval_in_seconds=100, timeout_in_seconds=37)
    async with JobHarness(Job, options, providers=(provider,)) as harness:
        await harness.clock.advance(0)
    assert harness.clock.monotonic() == 40
    record = harness.history()[0]
    assert (record.outcome, record.error) == (Outcome.ABANDONED, None)
    released.set()
    await harness.clock.settle()
    assert harness.history() == [record]
