"""An event loop that is torn down without a stop: no hang, and no noise from asyncio."""

import asyncio
import contextlib
import gc
import logging
import threading
from collections.abc import Awaitable, Callable

import pytest

from loopjobs import CancellationToken, Host, HostBuilder, LoopDied, LoopJobOptions
from loopjobs.testing import EventRecorder, FakeClock

Build = Callable[..., Host]
JobFunction = Callable[[CancellationToken], Awaitable[None]]


@pytest.fixture(autouse=True, scope="module")
def only_what_is_new_is_searched() -> None:
    """Let the collector pass over what the tests before have left: each test here calls it."""
    gc.collect()
    gc.freeze()


async def quick(ct: CancellationToken) -> None:
    pass


async def ignores(ct: CancellationToken) -> None:
    await asyncio.Event().wait()


async def cleans_up(ct: CancellationToken) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)


async def swallows_once(ct: CancellationToken) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


class Blocks:
    def __init__(self) -> None:
        self.may_return = threading.Event()

    def execute(self, ct: CancellationToken) -> None:
        ct.wait_blocking()


def tear_down(host: Host, clock: FakeClock, seconds: float, *, stops: bool = False) -> None:
    """Leave `asyncio.run` with the host at work."""

    async def main() -> None:
        await host.start()
        await clock.advance(seconds)
        if stops:
            main.stopping = asyncio.create_task(host.stop())  # type: ignore[attr-defined] # kept
            await clock.advance(0)

    asyncio.run(main())
    gc.collect()


@pytest.mark.parametrize("seconds", [0, 25])
@pytest.mark.parametrize("overlap", [True, False])
@pytest.mark.parametrize("stops", [True, False])
@pytest.mark.parametrize("job", [quick, ignores, cleans_up, swallows_once, Blocks])
def test_the_loops_end_with_the_event_loop(
    build: Build,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    job: object,
    stops: bool,  # noqa: FBT001 - parametrized
    overlap: bool,  # noqa: FBT001 - parametrized
    seconds: float,
) -> None:
    """Waiting or running, overlapping or not, asked to stop or not."""
    caplog.set_level(logging.WARNING, "asyncio")
    host = build(job, SkipIfRunning=not overlap)
    tear_down(host, clock, seconds, stops=stops)
    assert [record for record in caplog.records if record.name == "asyncio"] == []
    state = host.jobs[job.__name__].status().state  # type: ignore[attr-defined] # each has a name
    assert state in {"stopped", "faulted"}


def test_a_host_that_is_still_starting_is_stopped(build: Build, clock: FakeClock) -> None:
    """Its caller is cancelled, and undoes the start."""
    journal: list[str] = []

    class Service:
        async def start(self) -> None:
            journal.append("start")

        async def stop(self) -> None:
            journal.append("stop")

    class Slow(Service):
        async def start(self) -> None:
            await asyncio.Event().wait()

    async def main() -> None:
        main.starting = asyncio.create_task(build(Service(), quick, Slow()).start())  # type: ignore[attr-defined] # kept
        await clock.advance(0)

    asyncio.run(main())
    assert journal == ["start", "stop"]


def drop(recorder: EventRecorder, job: JobFunction) -> None:
    """Leave a host to the collector, together with an event loop that is closed over it."""
    clock = FakeClock()
    settings = {job.__name__: {"IntervalInSeconds": 10, "TimeoutInSeconds": 5}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    host = builder.add_listener(recorder).add_loop_job(job, LoopJobOptions).build()

    async def main() -> None:
        await host.start()
        await clock.advance(0)
        clock.stall(60)

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    loop.run_until_complete(main())
    loop.close()


async def collect() -> set[asyncio.Task[object]]:
    """Let another event loop find the litter; return what it has to do after that."""
    own = {asyncio.current_task()}
    gc.collect()
    await asyncio.sleep(0)
    return asyncio.all_tasks() - own


def collect_nowhere() -> None:
    """Find the litter while no event loop runs."""
    gc.collect()


def collect_elsewhere() -> None:
    """Find the litter in an event loop that has nothing to do with it."""
    assert asyncio.run(collect()) == set()


@pytest.mark.parametrize("find", [collect_nowhere, collect_elsewhere])
def test_a_host_that_is_dropped_with_its_event_loop_does_not_come_back(
    recorder: EventRecorder, caplog: pytest.LogCaptureFixture, find: Callable[[], None]
) -> None:
    """Wherever it is found: it dies no death, and its timer does not go on in there."""
    closed: list[int] = []

    async def job(ct: CancellationToken) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append(1)

    drop(recorder, job)
    find()
    assert closed == [1]
    assert recorder.of(LoopDied) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine")
@pytest.mark.parametrize("find", [collect_nowhere, collect_elsewhere])
def test_a_body_that_answers_a_close_with_another_await_does_not_bring_its_loop_back(
    recorder: EventRecorder, find: Callable[[], None]
) -> None:
    """Python may complain about such a body; the loop ends all the same."""
    closed: list[int] = []

    async def stubborn(ct: CancellationToken) -> None:
        try:
            await asyncio.Event().wait()
        except GeneratorExit:
            closed.append(1)
        await asyncio.Event().wait()

    drop(recorder, stubborn)
    find()
    assert closed == [1]
    assert recorder.of(LoopDied) == []
