"""Who is asked to end: all runs of a host when it stops, and one alone for reasons of its own."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Coroutine

import pytest

from loopjobs import (
    CancellationToken,
    HostBuilder,
    LoopJobOptions,
)
from loopjobs.testing import FakeClock, JobHarness

from ..ticks.counting import calls_of  # noqa: TID252 - tests are no package that could be named

EVERY_TEN = LoopJobOptions(interval_in_seconds=10)


class EveryHour(LoopJobOptions):
    """Often enough for tests that look at one run."""

    interval_in_seconds: float = 3_600


LIMITED = LoopJobOptions(interval_in_seconds=10, timeout_in_seconds=4)


@pytest.mark.parametrize("options", [EVERY_TEN, LIMITED], ids=["plain", "limited"])
async def test_a_body_cannot_ask_others_to_end(options: LoopJobOptions) -> None:
    """It is given a token, and no right to cancel it."""
    tokens: list[CancellationToken] = []

    async def job(ct: CancellationToken) -> None:
        tokens.append(ct)

    async with JobHarness(job, options) as harness:
        await harness.clock.advance(0)
    assert [hasattr(token, "cancel") for token in tokens] == [False]


async def test_what_a_run_left_running_is_asked_to_end_by_the_stop() -> None:
    """Although the run that it was begun in has long ended."""
    left: list[asyncio.Task[None]] = []

    async def job(ct: CancellationToken) -> None:
        if not left:
            left.append(asyncio.create_task(ct.wait()))

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(25)
        assert not left[0].done()
    await left[0]


async def test_what_everybody_has_forgotten_is_not_kept_by_a_token() -> None:
    """A wait that was begun and left is the mistake of the body, and it costs no memory."""
    left: list[weakref.ref[object]] = []

    async def job(ct: CancellationToken) -> None:
        wait = ct.wait()
        left.append(weakref.ref(wait))
        wait.send(None)

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(25)
        gc.collect()
        assert [each() for each in left] == [None, None, None]


async def test_a_limit_asks_one_run_to_end_and_no_other() -> None:
    """Not even what an earlier run of the same job has left running."""
    tokens: list[CancellationToken] = []

    async def job(ct: CancellationToken) -> None:
        tokens.append(ct)
        if len(tokens) == 2:
            await asyncio.Event().wait()

    async with JobHarness(job, LIMITED) as harness:
        await harness.clock.advance(25)
        assert [token.is_cancellation_requested for token in tokens] == [False, True, False]


async def test_a_limit_that_comes_with_new_options_asks_one_run_alone(clock: FakeClock) -> None:
    """Those begun before share a token with every other run of the host, and those after not."""
    tokens: list[CancellationToken] = []
    settings: dict[str, dict[str, object]] = {"job": {"IntervalInSeconds": 10}}

    async def job(ct: CancellationToken) -> None:
        tokens.append(ct)
        if len(tokens) == 2:
            await asyncio.Event().wait()

    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    host = builder.add_loop_job(job, LoopJobOptions).build()
    async with host:
        await clock.advance(5)
        settings["job"]["TimeoutInSeconds"] = 4
        await host.reload_settings()
        await clock.advance(10)
        settings["job"]["TimeoutInSeconds"] = None
        await host.reload_settings()
        await clock.advance(10)
        assert [token.is_cancellation_requested for token in tokens] == [False, True, False]
        assert tokens[0] is tokens[2]
    assert all(token.is_cancellation_requested for token in tokens)


async def test_thousands_may_wait_for_the_stop(clock: FakeClock) -> None:
    """Some leave before it, and everybody else is let go, whoever was there first."""
    gone: list[int] = []

    def named(number: int) -> Callable[[CancellationToken], Coroutine[object, object, None]]:
        async def job(ct: CancellationToken) -> None:
            await (ct.sleep(number) if number % 2 else ct.wait())
            gone.append(number)

        return job

    many = range(2_000)
    builder = HostBuilder(settings_files=(), clock=clock)
    for number in many:
        builder.add_loop_job(named(number), EveryHour, name=f"job{number}")
    async with builder.build():
        await clock.advance(100)
        assert gone == [*range(1, 101, 2)]
    assert sorted(gone[50:]) == [*range(0, 2_000, 2)]


async def test_the_stop_asks_each_of_many_that_wait_once() -> None:
    """However many there are: a stop that goes through all of them for each takes minutes."""
    few, many = [await calls_of_a_stop(FakeClock(), jobs) for jobs in (20, 80)]
    assert many < 4.4 * few


async def calls_of_a_stop(clock: FakeClock, jobs: int) -> int:
    async def job(ct: CancellationToken) -> None:
        await ct.wait()

    builder = HostBuilder(settings_files=(), clock=clock)
    for number in range(jobs):
        builder.add_loop_job(job, EveryHour, name=f"job{number}")
    async with builder.build() as host:
        await clock.advance(1)
        calls = await calls_of(host.stop())
    return calls.total()
