"""What signals do to a single run."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest

from loopjobs import CancellationToken, Host, Outcome
from loopjobs.cli._running.interruptible import run_once

Build = Callable[..., Host]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def patient(ct: CancellationToken) -> None:
    await ct.wait()
    ct.raise_if_cancellation_requested()


class Opening:
    """A service that waits before it has started."""

    def __init__(self) -> None:
        self.may_open = asyncio.Event()
        self.is_opening = False

    async def start(self) -> None:
        self.is_opening = True
        await self.may_open.wait()

    async def stop(self) -> None:
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_signal_asks_the_run_to_end(
    build: Build, until: Until, number: signal.Signals
) -> None:
    """It is told how it ended, and the handlers are given back."""
    host = build(patient)
    before = signal.getsignal(number)
    running = asyncio.create_task(run_once(host, "patient"))
    await until(lambda: host.jobs["patient"].status().running_for is not None)
    assert signal.getsignal(number) is not before
    signal.raise_signal(number)
    run = await running
    assert run is not None
    assert run.outcome is Outcome.CANCELLED
    assert signal.getsignal(number) is before


async def test_the_second_signal_does_not_wait(build: Build, until: Until) -> None:
    """Though the budget of the stop is not used up."""
    was_asked, may_end = asyncio.Event(), asyncio.Event()

    async def stubborn(ct: CancellationToken) -> None:
        await ct.wait()
        was_asked.set()
        await may_end.wait()

    host = build(stubborn)
    running = asyncio.create_task(run_once(host, "stubborn"))
    await until(lambda: host.jobs["stubborn"].status().running_for is not None)
    signal.raise_signal(signal.SIGINT)
    await was_asked.wait()
    assert not running.done()
    signal.raise_signal(signal.SIGINT)
    assert await running is None
    may_end.set()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})


async def test_a_signal_during_the_start_ends_it(build: Build, until: Until) -> None:
    """There is no run then, and no error."""
    opening = Opening()
    host = build(opening, patient)
    running = asyncio.create_task(run_once(host, "patient"))
    await until(lambda: opening.is_opening)
    signal.raise_signal(signal.SIGINT)
    assert await running is None


async def test_without_a_signal_errors_are_errors(build: Build) -> None:
    """Such as a service that does not start."""

    class Broken:
        async def start(self) -> None:
            raise OSError("port in use")

        async def stop(self) -> None:
            pass

    with pytest.raises(Exception, match="service Broken did not start"):
        await run_once(build(Broken(), patient), "patient")
