"""Who may call stop, and what becomes of the caller."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from loopjobs import CancellationToken, Host, Outcome, StartError, StopError, current_run
from loopjobs.testing import FakeClock

Build = Callable[..., Host]
color: ContextVar[str] = ContextVar("color", default="none")


async def ignores(ct: CancellationToken) -> None:
    await asyncio.Event().wait()


async def quick(ct: CancellationToken) -> None:
    pass


async def test_concurrent_callers_await_the_same_end(build: Build, clock: FakeClock) -> None:
    """The second call neither shortens nor repeats the first."""
    host = build(ignores)
    await host.start()
    await clock.advance(0)
    callers = [asyncio.create_task(host.stop()) for _ in range(3)]
    await clock.advance(29)
    assert not any(caller.done() for caller in callers)
    await clock.advance(1)
    assert all(caller.done() for caller in callers)


async def test_a_stop_after_the_stop_returns_at_once(build: Build) -> None:
    """It is idempotent."""
    host = build(quick)
    await host.start()
    await host.stop()
    await host.stop()


async def test_a_caller_that_is_cancelled_does_not_cancel_the_stop(
    build: Build, clock: FakeClock
) -> None:
    """The host stops all the same, within its budget."""
    host = build(ignores)
    await host.start()
    await clock.advance(0)
    caller = asyncio.create_task(host.stop())
    await clock.advance(1)
    caller.cancel()
    await clock.advance(29)
    assert caller.cancelled()
    assert host.jobs["ignores"].status().state == "stopped"


async def test_a_run_may_stop_its_host(build: Build, clock: FakeClock) -> None:
    """There `stop` returns at once: the end of the host comes after the end of the run."""
    hosts: list[Host] = []
    states: list[str] = []

    async def job(ct: CancellationToken) -> None:
        await hosts[0].stop()
        await ct.wait()
        states.append(hosts[0].jobs["job"].status().state)

    hosts.append(build(job))
    async with hosts[0]:
        await clock.advance(0)
        await hosts[0].stop()
    assert states == ["stopping"]
    assert clock.monotonic() == 0
    assert hosts[0].jobs["job"].history()[0].outcome is Outcome.SUCCEEDED


async def test_a_run_of_another_host_awaits_the_end(build: Build, clock: FakeClock) -> None:
    """Two hosts in one process know their runs apart."""
    other = build(quick)
    states: list[str] = []

    async def job(ct: CancellationToken) -> None:
        await other.stop()
        states.append(other.jobs["quick"].status().state)

    await other.start()
    async with build(job):
        await clock.advance(0)
    assert states == ["stopped"]


async def test_a_task_that_outlives_its_run_awaits_the_end(build: Build, clock: FakeClock) -> None:
    """Its run has ended, so nothing stands between it and the end of the host."""
    hosts: list[Host] = []
    tasks: list[asyncio.Task[None]] = []

    async def stop_later() -> None:
        await clock.sleep(5)
        await hosts[0].stop()
        assert hosts[0].jobs["job"].status().state == "stopped"

    async def job(ct: CancellationToken) -> None:
        tasks.append(asyncio.create_task(stop_later()))

    hosts.append(build(job))
    await hosts[0].start()
    await clock.advance(5)
    await tasks[0]


async def test_services_stop_in_the_context_of_the_start(build: Build, clock: FakeClock) -> None:
    """Not in that of the run that asked for it, nor in any other caller's."""
    hosts: list[Host] = []
    seen: list[str] = []

    class Service:
        async def start(self) -> None:
            pass

        async def stop(self) -> None:
            seen.append(color.get())
            with pytest.raises(LookupError):
                current_run()

    async def job(ct: CancellationToken) -> None:
        color.set("red")
        await hosts[0].stop()

    color.set("blue")
    hosts.append(build(job, Service()))
    async with hosts[0]:
        await clock.advance(0)
    assert seen == ["blue"]


async def test_a_service_that_stops_the_host_from_its_stop_waits_for_itself_in_vain(
    build: Build, clock: FakeClock
) -> None:
    """The budget ends that."""
    hosts: list[Host] = []

    class Service:
        async def start(self) -> None:
            pass

        async def stop(self) -> None:
            await hosts[0].stop()

    hosts.append(build(Service()))
    await hosts[0].start()
    with pytest.raises(StopError, match="did not stop within 30 s"):
        await hosts[0].__aexit__(None, None, None)
    assert clock.monotonic() == 30


async def test_a_host_is_started_once(build: Build) -> None:
    """Neither twice nor again; and not after a stop that came first."""
    host = build(quick)
    await host.start()
    with pytest.raises(StartError, match="started once"):
        await host.start()
    await host.stop()
    with pytest.raises(StartError, match="started once"):
        await host.start()
    host = build(quick)
    await host.stop()
    with pytest.raises(StartError, match="stopped before"):
        await host.start()


async def test_the_error_of_the_block_is_the_one_that_is_raised(
    build: Build, clock: FakeClock
) -> None:
    """What went wrong at the stop is in the log; the block's own error is not replaced."""

    class Service:
        async def start(self) -> None:
            pass

        async def stop(self) -> None:
            raise OSError("no goodbye")

    with pytest.raises(ValueError, match="the block"):
        async with build(Service()):
            raise ValueError("the block")
