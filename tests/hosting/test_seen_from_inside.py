"""What a host shows of itself: whether it runs, what it has started, and itself to its services."""

import asyncio
from collections.abc import Callable

from dishka import Provider, Scope

from loopjobs import CancellationToken, Host, LoopHostedService
from loopjobs.testing import FakeClock

Build = Callable[..., Host]


async def job(ct: CancellationToken) -> None:
    pass


class Lamp:
    """Notes whether the host runs when it is switched on and off."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.seen: list[bool] = []

    async def start(self) -> None:
        self.seen.append(self.host.is_running)

    async def stop(self) -> None:
        self.seen.append(self.host.is_running)


async def test_a_host_runs_between_its_start_and_its_stop(build: Build) -> None:
    """While services start or stop it does not."""
    host = build(Lamp)
    seen = [host.is_running]
    async with host:
        lamp = await host.container.get(Lamp)
        seen.append(host.is_running)
    assert [*seen, host.is_running] == [False, True, False]
    assert lamp.seen == [False, False]


async def test_a_host_that_is_asked_to_stop_runs_no_more(build: Build, clock: FakeClock) -> None:
    """From that very moment on."""
    host = build(job)
    await host.start()
    stopping = asyncio.create_task(host.stop())
    await asyncio.sleep(0)
    assert not host.is_running
    await stopping


async def test_the_services_are_those_that_have_started(build: Build) -> None:
    """In order, loops included."""
    host = build(job, Lamp)
    assert list(host.services) == []
    async with host:
        loop, lamp = host.services
        assert isinstance(loop, LoopHostedService)
        assert isinstance(lamp, Lamp)


async def test_a_dependency_can_ask_for_the_host(build: Build) -> None:
    """It is the one that asks the container."""

    class Board:
        def __init__(self, host: Host) -> None:
            self.host = host

    provider = Provider(scope=Scope.APP)
    provider.provide(Board)
    host = build(Lamp, providers=[provider])
    async with host:
        assert (await host.container.get(Board)).host is host
        assert (await host.container.get(Lamp)).host is host
