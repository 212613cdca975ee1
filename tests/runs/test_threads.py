"""A plain body runs in a thread of its own, which nobody can cancel."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest
from dishka import FromDishka, Provider, Scope

from loopjobs import CancellationToken, LoopJobOptions, Outcome
from loopjobs.testing import JobHarness

Until = Callable[[Callable[[], bool]], Awaitable[None]]
BY_HAND = LoopJobOptions(interval_in_seconds=100, initial_delay_in_seconds=60)
AT_ONCE = LoopJobOptions(interval_in_seconds=100)


async def test_a_thread_that_obeys_its_token_at_a_stop_was_cancelled(until: Until) -> None:
    """`raise_if_cancellation_requested` means the same in a thread as in a coroutine."""
    began = threading.Event()

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            began.set()
            assert ct.wait_blocking()
            ct.raise_if_cancellation_requested()

    harness = JobHarness(Job, AT_ONCE)
    await harness.host.start()
    await until(began.is_set)
    await harness.host.stop()
    assert harness.history()[0].outcome is Outcome.CANCELLED


async def test_a_thread_that_finishes_at_a_stop_has_succeeded(until: Until) -> None:
    """A stop lets a run finish what it is at."""
    began = threading.Event()

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            began.set()
            ct.wait_blocking()

    harness = JobHarness(Job, AT_ONCE)
    await harness.host.start()
    await until(began.is_set)
    await harness.host.stop()
    assert harness.history()[0].outcome is Outcome.SUCCEEDED


async def test_a_thread_that_never_returns_is_abandoned_and_the_host_stops() -> None:
    """Its result is nobody's business when it comes at last."""
    may_return = threading.Event()

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            may_return.wait()

    try:
        async with JobHarness(Job, AT_ONCE) as harness:
            await harness.clock.advance(0)
        assert harness.clock.monotonic() == 35
        assert harness.history()[0].outcome is Outcome.ABANDONED
        assert harness.status().state == "stopped"
    finally:
        may_return.set()


async def test_the_scope_of_a_run_stays_open_until_the_thread_has_returned(until: Until) -> None:
    """A database session must not be closed under the thread that uses it, time-out or not."""
    closed, may_return = threading.Event(), threading.Event()
    seen: list[bool] = []

    class Session:
        pass

    class Job:
        def execute(self, ct: CancellationToken, session: FromDishka[Session]) -> None:
            may_return.wait()
            seen.append(closed.is_set())

    def session() -> Iterator[Session]:
        yield Session()
        closed.set()

    provider = Provider(scope=Scope.REQUEST)
    provider.provide(session)
    options = LoopJobOptions(interval_in_seconds=100, timeout_in_seconds=1)
    async with JobHarness(Job, options, providers=(provider,)) as harness:
        await harness.clock.advance(1)
        assert harness.history()[0].outcome is Outcome.TIMED_OUT
        assert not closed.is_set()
        may_return.set()
        await until(closed.is_set)
    assert seen == [False]


async def test_a_thread_outlives_whoever_awaits_it() -> None:
    """A cancellation from outside fails the run; what the thread returns later is dropped."""
    tasks: list[asyncio.Task[object]] = []
    may_return, returned = threading.Event(), threading.Event()

    class Job:
        def __init__(self) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.append(task)

        def execute(self, ct: CancellationToken) -> None:
            may_return.wait()
            asyncio.run_coroutine_threadsafe(note(), loop)

    async def note() -> None:
        returned.set()

    loop = asyncio.get_running_loop()
    async with JobHarness(Job, AT_ONCE) as harness:
        await harness.clock.advance(0)
        tasks[0].cancel()
        await harness.clock.advance(0)
        assert harness.history()[0].outcome is Outcome.FAILED
        may_return.set()
        await asyncio.to_thread(returned.wait)


async def test_every_run_has_a_thread_of_its_own() -> None:
    """No pool, so that a thread that hangs takes nobody's place."""
    threads: list[threading.Thread] = []

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            threads.append(threading.current_thread())

    async with JobHarness(Job, BY_HAND) as harness:
        await harness.run_once()
        await harness.run_once()
    first, second = threads
    assert first is not second
    assert first.daemon


async def test_a_thread_that_cannot_be_started_fails_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An exhausted process is no reason for the loop to die."""

    def no_more(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            pass

    async with JobHarness(Job, BY_HAND) as harness:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", no_more)
            assert (await harness.run_once()).outcome is Outcome.FAILED
        assert (await harness.run_once()).outcome is Outcome.SUCCEEDED


def test_a_thread_that_returns_after_the_event_loop_is_gone_tells_nobody() -> None:
    """Nobody is left to tell, and it makes no noise about that."""
    began, may_return, ended = threading.Event(), threading.Event(), threading.Event()

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            began.set()
            may_return.wait()
            ended.set()

    async def begin() -> None:
        await JobHarness(Job, AT_ONCE).host.start()
        await asyncio.to_thread(began.wait)

    asyncio.run(begin())
    may_return.set()
    assert ended.wait(10)
