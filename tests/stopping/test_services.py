"""Hosted services stop in reverse, within the budget, whatever one of them does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from dishka import Provider, Scope

from loopjobs import CancellationToken, Host, StopError
from loopjobs.testing import FakeClock

Build = Callable[..., Host]


class Service:
    """Writes down when it starts and stops."""

    def __init__(
        self, name: str, journal: list[str], end: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self.name = name
        self.journal = journal
        self.end = end

    async def start(self) -> None:
        self.journal.append(f"start {self.name}")

    async def stop(self) -> None:
        self.journal.append(f"stop {self.name}")
        if self.end is not None:
            await self.end()


async def fault_of(host: Host) -> BaseException:
    """Start and stop the host, and return what the stop raises."""
    try:
        async with host:
            pass
    except Exception as error:  # noqa: BLE001 - it is the result
        return error
    raise AssertionError("nothing went wrong")


async def test_services_start_in_order_and_stop_in_reverse(build: Build) -> None:
    """As they depend on one another."""
    journal: list[str] = []
    async with build(*(Service(name, journal) for name in "abc")):
        pass
    assert journal == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_loops_have_ended_before_a_service_registered_ahead_of_them_stops(
    build: Build, clock: FakeClock
) -> None:
    """A job may stand on that service to its last step."""
    journal: list[str] = []

    async def job(ct: CancellationToken) -> None:
        await ct.wait()
        await clock.sleep(3)
        journal.append("job ended")

    async with build(Service("database", journal), job):
        await clock.advance(0)
    assert journal == ["start database", "job ended", "stop database"]


async def test_a_stop_that_raises_does_not_keep_the_others_from_stopping(build: Build) -> None:
    """Its error ends the program at last."""
    journal: list[str] = []

    async def fail() -> None:
        raise OSError("no goodbye")

    error = await fault_of(build(Service("a", journal), Service("b", journal, fail)))
    assert isinstance(error, OSError)
    assert journal[-2:] == ["stop b", "stop a"]


async def test_the_first_of_several_errors_is_raised(build: Build) -> None:
    """All of them are in the log."""

    def failing(text: str) -> Callable[[], Awaitable[None]]:
        async def fail() -> None:
            raise OSError(text)

        return fail

    services = (Service(name, [], failing(name)) for name in "ab")
    assert str(await fault_of(build(*services))) == "b"


async def test_a_stop_that_hangs_is_cancelled_after_the_budget(
    build: Build, clock: FakeClock
) -> None:
    """And the error names the service and says what to do."""
    journal: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            journal.append("cancelled")

    error = await fault_of(build(Service("a", journal), Service("b", journal, hang)))
    assert isinstance(error, StopError)
    assert "service Service did not stop within 30 s" in str(error)
    assert journal[-3:] == ["stop b", "cancelled", "stop a"]
    assert clock.monotonic() == 30


async def test_a_stop_that_ends_within_the_grace_was_late_but_right(
    build: Build, clock: FakeClock
) -> None:
    """It has stopped, so nothing is wrong with the service."""

    async def linger() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with build(Service("a", [], linger)):
        pass
    assert clock.monotonic() == 30


async def test_a_stop_that_ignores_its_cancellation_is_given_up(
    build: Build, clock: FakeClock
) -> None:
    """The host goes on without it after the grace."""
    journal: list[str] = []
    released = asyncio.Event()

    async def ignore() -> None:
        while not released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await released.wait()

    error = await fault_of(build(Service("a", journal), Service("b", journal, ignore)))
    assert isinstance(error, StopError)
    assert journal[-1] == "stop a"
    assert clock.monotonic() == 35
    released.set()
    await clock.settle()


async def test_a_stop_that_awaits_what_it_has_cancelled_is_told_how_to_mend_it(
    build: Build,
) -> None:
    """The CancelledError of its own task is not the host's, and took no time."""

    async def cancel_own_task() -> None:
        task = asyncio.create_task(asyncio.Event().wait())
        task.cancel()
        await task

    error = await fault_of(build(Service("a", [], cancel_own_task)))
    assert isinstance(error, StopError)
    assert "CancelledError that the host did not ask for" in str(error)


async def test_a_stop_that_is_no_coroutine_is_an_error_of_that_service(build: Build) -> None:
    """The services before it are stopped all the same."""
    journal: list[str] = []

    class Plain:
        async def start(self) -> None:
            pass

        def stop(self) -> None:
            journal.append("stop plain")

    error = await fault_of(build(Service("a", journal), Plain()))
    assert isinstance(error, TypeError)
    assert journal == ["start a", "stop plain", "stop a"]


class Connection:
    pass


def connections(close: Callable[[], Awaitable[None]]) -> Provider:
    async def connection() -> AsyncIterator[Connection]:
        yield Connection()
        await close()

    provider = Provider(scope=Scope.APP)
    provider.provide(connection)
    return provider


class NeedsConnection:
    def __init__(self, connection: Connection) -> None:
        pass

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass


async def test_the_container_is_closed_after_the_services(build: Build) -> None:
    """What they stand on goes last."""
    journal: list[str] = []

    async def close() -> None:
        journal.append("closed")

    async with build(Service("a", journal), NeedsConnection, providers=(connections(close),)):
        pass
    assert journal == ["start a", "stop a", "closed"]


async def test_a_dependency_that_raises_on_closing_is_told(build: Build) -> None:
    """The host has stopped all the same."""

    async def close() -> None:
        raise OSError("no goodbye")

    error = await fault_of(build(NeedsConnection, providers=(connections(close),)))
    assert isinstance(error, ExceptionGroup)


async def test_a_dependency_that_cancels_on_closing_does_not_hold_the_host(build: Build) -> None:
    """Its CancelledError is an error like others."""

    async def close() -> None:
        raise asyncio.CancelledError

    error = await fault_of(build(NeedsConnection, providers=(connections(close),)))
    assert isinstance(error, StopError)


async def test_a_dependency_that_hangs_on_closing_is_cancelled(
    build: Build, clock: FakeClock
) -> None:
    """After the budget and the grace: closing gets its time even when runs took all of it."""

    async def close() -> None:
        await asyncio.Event().wait()

    error = await fault_of(build(NeedsConnection, providers=(connections(close),)))
    assert isinstance(error, StopError)
    assert "the container did not stop" in str(error)
    assert clock.monotonic() == 35
