"""An event loop that is torn down without a stop: no hang, and no noise from asyncio."""

import asyncio
import contextlib
import gc
import logging
import threading
from collections.abc import Callable

import pytest

from loopjobs import CancellationToken, Host
from loopjobs.testing import FakeClock

Build = Callable[..., Host]


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


def test_coroutines_that_are_dropped_with_their_event_loop_make_no_noise(
    build: Build, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """A body that answers a close with another await does not bring its loop back to life."""

    async def stubborn(ct: CancellationToken) -> None:
        with contextlib.suppress(GeneratorExit):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def main() -> None:
        await host.start()
        await clock.advance(0)

    host = build(stubborn)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    loop.run_until_complete(main())
    loop.close()
    host._sentinel = None
    host.jobs["stubborn"]._service._task = None
    del loop
    gc.collect()
    assert "LoopDied" not in capsys.readouterr().err
