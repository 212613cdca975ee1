"""A cancellation that nobody of the host asked for fails a run at worst."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from loopjobs import CancellationToken, LoopDied, LoopJobOptions, Outcome
from loopjobs.testing import FakeClock, JobHarness

EVERY_TEN = LoopJobOptions(interval_in_seconds=10)
Body = Callable[[CancellationToken], object]


def own_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def cancels_itself_and_returns(ct: CancellationToken) -> None:
    own_task().cancel()


async def cancels_itself_twice_and_returns(ct: CancellationToken) -> None:
    own_task().cancel()
    own_task().cancel()


async def cancels_itself_and_swallows_it(ct: CancellationToken) -> None:
    own_task().cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0)


async def cancels_itself_takes_it_back_and_returns(ct: CancellationToken) -> None:
    own_task().cancel()
    own_task().uncancel()


async def waits_cancels_itself_takes_it_back_and_returns(ct: CancellationToken) -> None:
    await asyncio.sleep(0)
    own_task().cancel()
    own_task().uncancel()


@pytest.mark.parametrize(
    "body",
    [
        cancels_itself_and_returns,
        cancels_itself_twice_and_returns,
        cancels_itself_and_swallows_it,
        cancels_itself_takes_it_back_and_returns,
        waits_cancels_itself_takes_it_back_and_returns,
    ],
)
async def test_a_body_that_cancels_itself_and_returns_has_succeeded(body: Body) -> None:
    """The cancellation it planted strikes neither the loop nor the next run."""
    harness = JobHarness(body, EVERY_TEN)  # type: ignore[arg-type] # all of one shape
    async with harness:
        await harness.clock.advance(20)
        assert harness.status().ledger.succeeded == 3


async def test_a_body_cancelled_by_its_own_hand_has_failed() -> None:
    """A CancelledError that the host did not ask for is an error like others."""

    async def job(ct: CancellationToken) -> None:
        own_task().cancel()
        await asyncio.sleep(0)

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(10)
        assert harness.status().ledger.failed == 2


async def test_a_body_cancelled_by_an_outsider_has_failed() -> None:
    """The loop lives on, and the next slot runs."""
    tasks: list[asyncio.Task[object]] = []

    async def job(ct: CancellationToken) -> None:
        tasks.append(own_task())
        await ct.sleep(1)

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(0)
        tasks[0].cancel()
        await harness.clock.advance(11)
        outcomes = [record.outcome for record in harness.history()]
        assert outcomes == [Outcome.SUCCEEDED, Outcome.FAILED]


async def test_a_body_that_awaits_a_cancelled_future_has_failed() -> None:
    """What others cancel is theirs; the run reports it and the loop lives."""

    async def job(ct: CancellationToken) -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(10)
        assert harness.status().ledger.failed == 2


async def test_a_cancellation_that_comes_while_another_is_absorbed_is_absorbed_too() -> None:
    """An outsider who cancels twice plants nothing either."""

    async def job(ct: CancellationToken) -> None:
        own_task().cancel()
        asyncio.get_running_loop().call_soon(own_task().cancel)

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(10)
        assert harness.status().ledger.succeeded == 2


async def test_nothing_of_a_cancellation_is_left_to_the_next_run() -> None:
    """The count that timeouts and task groups look at is 0 whenever a body begins."""
    seen: list[int] = []

    async def job(ct: CancellationToken) -> None:
        seen.append(own_task().cancelling())
        own_task().cancel()

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(20)
    assert seen == [0, 0, 0]


async def test_task_groups_and_timeouts_work_in_every_run_of_the_same_task() -> None:
    """Structured concurrency counts cancellations of the task, which all runs share."""
    caught: list[str] = []

    async def fail() -> None:
        raise ValueError("child")

    async def job(ct: CancellationToken) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                group.create_task(asyncio.Event().wait())
        except* ValueError:
            caught.append("group")
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            caught.append("timeout")

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(20)
        assert harness.status().ledger.succeeded == 3
    assert caught == ["group", "timeout"] * 3


async def test_cancel_scopes_of_anyio_work_in_every_run_of_the_same_task() -> None:
    """Level-triggered cancellation, which cancels the task again and again, stays in its run."""
    anyio = pytest.importorskip("anyio")

    async def job(ct: CancellationToken) -> None:
        with anyio.move_on_after(0):
            await anyio.sleep_forever()
        with anyio.CancelScope() as scope:
            scope.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await anyio.sleep_forever()
            await anyio.sleep_forever()
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep_forever)
            group.cancel_scope.cancel()

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(20)
        assert harness.status().ledger.succeeded == 3


async def test_a_time_limit_inside_a_timeout_is_told_apart_from_it() -> None:
    """The host's cancellation passes through the body's own timeout."""

    async def job(ct: CancellationToken) -> None:
        async with asyncio.timeout(3_600):
            await asyncio.Event().wait()

    limited = LoopJobOptions(interval_in_seconds=10, timeout_in_seconds=5)
    async with JobHarness(job, limited) as harness:
        await harness.clock.advance(5)
        assert harness.status().ledger.timed_out == 1


async def test_an_async_generator_left_open_by_a_body_is_closed() -> None:
    """Its cleanup runs in the event loop, as for any other code."""
    closed = asyncio.Event()

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.set()

    async def job(ct: CancellationToken) -> None:
        async for _ in numbers():
            break

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(0)
        await closed.wait()
        assert harness.status().ledger.succeeded == 1


async def test_a_loop_cancelled_between_runs_has_died(clock: FakeClock) -> None:
    """Nobody has any business with the loop's own task, so that is not kept quiet."""
    tasks: list[asyncio.Task[object]] = []

    async def job(ct: CancellationToken) -> None:
        tasks.append(own_task())

    harness = JobHarness(job, EVERY_TEN, clock=clock)
    await harness.host.start()
    await clock.advance(0)
    tasks[0].cancel()
    await harness.host.stop()
    assert harness.status().state == "faulted"
    assert not harness.status().healthy
    (death,) = harness.recorder.of(LoopDied)
    assert "cancelled from outside" in str(death.error)
