"""The token: how a run learns that it should end, and how it may wait for that."""

import asyncio
import threading

import pytest

from loopjobs import CancellationTokenSource
from loopjobs.testing import FakeClock


@pytest.fixture
def source(clock: FakeClock) -> CancellationTokenSource:
    return CancellationTokenSource(clock)


def test_a_token_is_not_cancelled_until_somebody_cancels_it(
    source: CancellationTokenSource,
) -> None:
    """Asking and raising agree."""
    asked = [source.is_cancellation_requested]
    source.raise_if_cancellation_requested()
    source.cancel()
    asked.append(source.is_cancellation_requested)
    assert asked == [False, True]
    with pytest.raises(asyncio.CancelledError):
        source.raise_if_cancellation_requested()


def test_cancelling_twice_is_cancelling_once(source: CancellationTokenSource) -> None:
    """Stop and time-out may come together."""
    source.cancel()
    source.cancel()
    assert source.is_cancellation_requested


async def test_wait_returns_once_the_token_is_cancelled(
    source: CancellationTokenSource, clock: FakeClock
) -> None:
    """For everybody who waits, and at once for who comes later."""
    waiters = [asyncio.create_task(source.wait()) for _ in range(3)]
    await clock.settle()
    assert not any(waiter.done() for waiter in waiters)
    source.cancel()
    await asyncio.gather(*waiters)
    await source.wait()


async def test_a_waiter_that_is_cancelled_is_forgotten(
    source: CancellationTokenSource, clock: FakeClock
) -> None:
    """The token does not keep what nobody waits for."""
    waiter = asyncio.create_task(source.wait())
    await clock.settle()
    waiter.cancel()
    await clock.settle()
    assert not source._waiting
    source.cancel()


async def test_a_waiter_cancelled_together_with_the_token_is_cancelled(
    source: CancellationTokenSource, clock: FakeClock
) -> None:
    """Its future is done already when the token comes to it."""
    waiter = asyncio.create_task(source.wait())
    await clock.settle()
    waiter.cancel()
    source.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter


async def test_sleep_lasts_as_long_as_it_says_on_the_clock_of_the_host(
    source: CancellationTokenSource, clock: FakeClock
) -> None:
    """It returns where nobody asks the run to end."""
    sleeper = asyncio.create_task(source.sleep(5))
    await clock.advance(4.9)
    assert not sleeper.done()
    await clock.advance(0.1)
    assert sleeper.done()
    await sleeper


async def test_sleep_ends_at_once_when_the_token_is_cancelled(
    source: CancellationTokenSource, clock: FakeClock
) -> None:
    """With the error that ends the run."""
    sleeper = asyncio.create_task(source.sleep(3_600))
    await clock.advance(1)
    source.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeper
    assert clock.monotonic() == 1


async def test_sleep_does_not_begin_under_a_cancelled_token(
    source: CancellationTokenSource,
) -> None:
    """Not even for 0 seconds, so that a busy body that sleeps between its batches ends."""
    source.cancel()
    with pytest.raises(asyncio.CancelledError):
        await source.sleep(0)


async def test_a_sleep_that_is_cancelled_leaves_no_sleeper(
    source: CancellationTokenSource, clock: FakeClock
) -> None:
    """The timeout around it is the body's own affair."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await source.sleep(3_600)
    await clock.settle()
    assert not source.is_cancellation_requested


async def test_a_token_without_a_clock_sleeps_on_that_of_the_system() -> None:
    """A test of a body needs no host."""
    await CancellationTokenSource().sleep(0)


def test_wait_blocking_returns_whether_the_run_should_end(source: CancellationTokenSource) -> None:
    """Before and after the token was cancelled."""
    assert not source.wait_blocking(0)
    source.cancel()
    assert source.wait_blocking(0)
    assert source.wait_blocking()


def test_wait_blocking_wakes_every_thread_of_a_body(source: CancellationTokenSource) -> None:
    """They may come to it at the same moment, and none may miss the end."""
    together = threading.Barrier(8)
    woken: list[bool] = []

    def wait() -> None:
        together.wait()
        woken.append(source.wait_blocking())

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    source.cancel()
    for thread in threads:
        thread.join()
    assert woken == [True] * 8
