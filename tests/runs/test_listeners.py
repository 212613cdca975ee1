"""Listeners hear everything and can hurt nothing."""

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from functools import partial

import pytest

from loopjobs import (
    Alarm,
    CancellationToken,
    Event,
    Host,
    HostBuilder,
    JobPaused,
    JobResumed,
    LoopDied,
    LoopJobOptions,
    LoopStarted,
    LoopStopped,
    Outcome,
    RunEnded,
    RunStarted,
    current_run,
)
from loopjobs.testing import EventRecorder, FakeClock

Build = Callable[..., Host]
caller: ContextVar[str] = ContextVar("caller")


class CallingBack(FakeClock):
    """Calls back in the context of whoever asked for it, as event loops do."""

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        call = partial(copy_context().run, callback)
        return super().call_between(earliest, latest, call)


async def job(ct: CancellationToken) -> None:
    current_run().report(deleted=1)


@pytest.mark.parametrize(
    "error", [ValueError(), asyncio.CancelledError(), SystemExit(), GeneratorExit()], ids=repr
)
async def test_a_listener_that_raises_hurts_neither_run_nor_loop(
    build: Build, clock: FakeClock, recorder: EventRecorder, error: BaseException
) -> None:
    """Whatever it raises, on whatever event; the listeners after it hear the event too."""

    def broken(event: Event, /) -> None:
        raise error

    async with build(job, listeners=(broken,)) as host:
        await clock.advance(10)
        assert host.jobs["job"].status().ledger.succeeded == 2
    assert [type(event) for event in recorder.events] == [
        LoopStarted,
        *(RunStarted, RunEnded) * 2,
        LoopStopped,
    ]


class Undecided:
    """A listener that, once it is wanted, cannot say whether it listens."""

    def __init__(self) -> None:
        self.heard: list[type[Event]] = []

    @property
    def is_listening(self) -> bool:
        if self.heard:
            raise ValueError("well")
        return False

    def __call__(self, event: Event, /) -> None:
        self.heard.append(type(event))


async def test_a_listener_that_cannot_say_whether_it_listens_hears_everything(
    clock: FakeClock,
) -> None:
    """And hurts neither run nor loop."""
    undecided = Undecided()
    builder = HostBuilder(
        settings_files=(), settings={"job": {"IntervalInSeconds": 10}}, clock=clock
    )
    builder.add_loop_job(job, LoopJobOptions).add_listener(undecided)
    async with builder.build() as host:
        await clock.advance(10)
        assert host.jobs["job"].status().ledger.succeeded == 2
    assert undecided.heard == [LoopStarted, *(RunStarted, RunEnded) * 2, LoopStopped]


async def test_a_listener_that_raises_is_told_about_in_the_log(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With its name and the event, so that somebody can mend it."""

    def broken(event: Event, /) -> None:
        raise ValueError("what a listener")

    async with build(job, listeners=(broken,), InitialDelayInSeconds=60):
        await clock.advance(0)
    assert "broken" in caplog.records[0].getMessage()
    assert "LoopStarted of job job" in caplog.records[0].getMessage()


async def test_a_log_that_cannot_be_written_hurts_nobody(build: Build, clock: FakeClock) -> None:
    """Not even where the complaint about it would go to the same log."""

    class BrokenHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("no space left")

    log = logging.getLogger("loopjobs")
    handler = BrokenHandler()
    log.addHandler(handler)
    try:
        async with build(job) as host:
            await clock.advance(10)
            assert host.jobs["job"].status().ledger.succeeded == 2
    finally:
        log.removeHandler(handler)


def test_a_keyboard_interrupt_passes_through_a_listener(build: Build) -> None:
    """It is not the listener's error."""

    def interrupted(event: Event, /) -> None:
        if isinstance(event, RunEnded):
            raise KeyboardInterrupt

    host = build(job, listeners=(interrupted,))
    with pytest.raises(KeyboardInterrupt):
        host.run()


async def test_pause_and_resume_are_announced_once(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """Both are idempotent."""
    async with build(job, InitialDelayInSeconds=5) as host:
        for control in (host.jobs["job"].pause, host.jobs["job"].resume):
            await control()
            await control()
        await clock.advance(0)
    assert len(recorder.of(JobPaused)) == len(recorder.of(JobResumed)) == 1


async def test_the_death_of_a_loop_is_announced_in_spite_of_a_broken_listener(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """The host stops, and whoever hears events hears why."""
    tasks: list[asyncio.Task[object] | None] = []

    async def dying(ct: CancellationToken) -> None:
        tasks.append(asyncio.current_task())

    def broken(event: Event, /) -> None:
        raise ValueError

    host = build(dying, listeners=(broken,))
    await host.start()
    await clock.advance(0)
    assert tasks[0] is not None
    tasks[0].cancel()
    await clock.advance(0)
    assert len(recorder.of(LoopDied)) == 1
    await host.stop()
    assert host.jobs["dying"].history()[0].outcome is Outcome.SUCCEEDED


async def test_listeners_are_not_told_in_the_context_of_whoever_moved_the_next_wake_up() -> None:
    """Somebody who ran a job by hand, say: all that came after would be told in their name."""
    callers: list[str] = []
    clock = CallingBack()

    async def often(ct: CancellationToken) -> None:
        pass

    async def by_hand(ct: CancellationToken) -> None:
        await clock.sleep(1)

    async def request() -> None:
        caller.set("a request")
        await host.jobs["by_hand"].trigger()

    hour = {"IntervalInSeconds": 3600, "InitialDelayInSeconds": 3600, "TimeoutInSeconds": 2}
    settings = {"often": {"IntervalInSeconds": 10}, "by_hand": hour}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_listener(lambda event: callers.append(caller.get("nobody")))
    host = builder.add_loop_job(often, LoopJobOptions).add_loop_job(by_hand, LoopJobOptions).build()
    async with host:
        await clock.advance(5)
        asked = asyncio.ensure_future(request())
        await clock.advance(2)
        await asked
        callers.clear()
        await clock.advance(20)
        assert callers == ["nobody"] * 4
