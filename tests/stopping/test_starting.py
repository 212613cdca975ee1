"""A start that fails or is stopped leaves nothing running."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    ControlError,
    Host,
    HostBuilder,
    LoopJobOptions,
    LoopStopped,
    StartError,
)
from loopjobs.testing import EventRecorder, FakeClock

Build = Callable[..., Host]


async def quick(ct: CancellationToken) -> None:
    pass


class Database:
    def __init__(self, begin: Callable[[], Awaitable[object]]) -> None:
        self.begin = begin
        self.has_stopped = False

    async def start(self) -> None:
        await self.begin()

    async def stop(self) -> None:
        self.has_stopped = True


class Ordinary(Database):
    def __init__(self) -> None:
        super().__init__(lambda: asyncio.sleep(0))


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_a_service_that_fails_to_start_is_named_and_the_others_are_stopped(
    build: Build, recorder: EventRecorder
) -> None:
    """The cause is attached; nothing that was started goes on."""
    first, last = Ordinary(), Ordinary()
    closed: list[bool] = []

    class Connection:
        pass

    class NeedsConnection(Ordinary):
        def __init__(self, connection: Connection) -> None:
            super().__init__()

    async def connection() -> AsyncIterator[Connection]:
        yield Connection()
        closed.append(True)

    async def fail() -> None:
        raise OSError("port in use")

    provider = Provider(scope=Scope.APP)
    provider.provide(connection)
    host = build(first, NeedsConnection, quick, Database(fail), last, providers=(provider,))
    with pytest.raises(StartError, match="service Database did not start: OSError: port") as raised:
        await host.start()
    assert isinstance(raised.value.__cause__, OSError)
    assert (first.has_stopped, last.has_stopped, closed) == (True, False, [True])
    assert len(recorder.of(LoopStopped)) == 1


async def test_a_service_that_cannot_be_built_is_named(build: Build) -> None:
    """Its constructor runs when it is its turn to start."""

    class Broken:
        def __init__(self) -> None:
            raise OSError("no such file")

        async def start(self) -> None:
            raise NotImplementedError

        async def stop(self) -> None:
            raise NotImplementedError

    with pytest.raises(StartError, match="service Broken did not start: OSError: no such file"):
        await build(Broken).start()


async def test_a_service_whose_start_raises_a_cancellation_of_its_own_is_named(
    build: Build,
) -> None:
    """Nobody has cancelled the start, so it failed."""

    async def cancel_own_task() -> None:
        task = asyncio.create_task(for_ever())
        task.cancel()
        await task

    with pytest.raises(StartError, match="service Database did not start: CancelledError"):
        await build(Database(cancel_own_task)).start()


async def test_a_stop_cancels_a_slow_start(build: Build, clock: FakeClock) -> None:
    """At once; the services before it are stopped, those after it never start."""
    first, last = Ordinary(), Ordinary()
    host = build(first, Database(for_ever), last)
    starting = asyncio.create_task(host.start())
    await clock.advance(1)
    await host.stop()
    with pytest.raises(StartError, match="stopped before it had started"):
        await starting
    assert (first.has_stopped, last.has_stopped) == (True, False)
    assert clock.monotonic() == 1


async def test_a_service_that_swallows_the_cancellation_of_its_start_is_stopped(
    build: Build, clock: FakeClock
) -> None:
    """It has started, after all; the next one does not start."""

    async def swallow() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await for_ever()

    slow, last = Database(swallow), Ordinary()
    host = build(slow, last)
    starting = asyncio.create_task(host.start())
    await clock.advance(1)
    await host.stop()
    with pytest.raises(StartError, match="stopped before"):
        await starting
    assert (slow.has_stopped, last.has_stopped) == (True, False)


async def test_a_start_that_ignores_its_cancellation_is_given_up(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The host stops without it after the grace, and says which service it was."""
    released = asyncio.Event()

    async def ignore() -> None:
        while not released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await released.wait()

    first = Ordinary()
    host = build(first, Database(ignore))
    starting = asyncio.create_task(host.start())
    await clock.advance(1)
    stopping = asyncio.create_task(host.stop())
    await clock.advance(4.9)
    assert not stopping.done()
    await clock.advance(0.1)
    await stopping
    with pytest.raises(StartError, match="stopped before"):
        await starting
    assert first.has_stopped
    assert "service Database is still starting" in caplog.text
    released.set()
    await clock.settle()


async def test_a_caller_of_start_that_is_cancelled_leaves_nothing_running(
    build: Build, clock: FakeClock
) -> None:
    """The start is undone before the cancellation goes on."""
    first = Ordinary()
    host = build(first, quick, Database(for_ever))
    starting = asyncio.create_task(host.start())
    await clock.advance(1)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert first.has_stopped
    assert host.jobs["quick"].status().state == "stopped"


async def test_a_caller_that_is_cancelled_while_the_host_is_stopped_is_cancelled(
    build: Build, clock: FakeClock
) -> None:
    """Its own cancellation is not turned into a StartError."""
    host = build(Database(for_ever))
    starting = asyncio.create_task(host.start())
    await clock.advance(1)
    starting.cancel()
    await host.stop()
    with pytest.raises(asyncio.CancelledError):
        await starting


async def test_a_stop_as_the_start_ends_is_not_overwritten(build: Build) -> None:
    """Everything had started, so the caller is told so; but the host is on its way out."""
    may_go_on = asyncio.Event()
    host = build(Database(may_go_on.wait))
    starting = asyncio.create_task(host.start())
    await asyncio.sleep(0)
    may_go_on.set()
    while host._services._starting is None or not host._services._starting.done():  # noqa: ASYNC110 - the caller must not have been told yet
        await asyncio.sleep(0)
    assert not starting.done()
    stopping = asyncio.create_task(host.stop())
    await starting
    with pytest.raises(ControlError):
        await host.reload_settings()
    await stopping


async def test_a_service_may_stop_the_host_while_it_starts(build: Build) -> None:
    """It is the same as a stop by anybody else."""
    hosts: list[Host] = []

    async def stop() -> None:
        await hosts[0].stop()

    first = Ordinary()
    hosts.append(build(first, Database(stop)))
    with pytest.raises(StartError, match="stopped before"):
        await hosts[0].start()
    assert first.has_stopped


async def test_a_loop_that_dies_while_a_later_service_starts_is_the_cause(
    build: Build, clock: FakeClock
) -> None:
    """The StartError says that the host was stopped, and its cause says why."""
    tasks: list[asyncio.Task[object] | None] = []

    async def job(ct: CancellationToken) -> None:
        tasks.append(asyncio.current_task())

    host = build(job, Database(for_ever))
    starting = asyncio.create_task(host.start())
    await clock.advance(1)
    assert tasks[0] is not None
    tasks[0].cancel()
    with pytest.raises(StartError, match="stopped before") as raised:
        await starting
    assert "cancelled from outside" in str(raised.value.__cause__)


async def test_a_loop_that_cannot_begin_leaves_no_task() -> None:
    """A clock that fails is told as a start that failed."""

    class BrokenClock(FakeClock):
        def __init__(self) -> None:
            super().__init__()
            self.readings = 0

        def monotonic(self) -> float:
            self.readings += 1
            if self.readings == 1:
                raise OSError("no clock")
            return super().monotonic()

    settings = {"quick": {"IntervalInSeconds": 1}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=BrokenClock())
    host = builder.add_loop_job(quick, LoopJobOptions).build()
    with pytest.raises(StartError, match="service quick did not start: OSError: no clock"):
        await host.start()
