"""The watch is a task of the host: it ends with it, hurts no job, and never fails in silence."""

import asyncio
import contextlib
import logging
import os
import threading
from pathlib import Path

import pytest

from loopjobs import Host, HostBuilder
from loopjobs.testing import FakeClock

from .watched import NAME, Lines, MachineClock, SweepOptions, Until, Write, sweep


class Moody(dict[str, object]):
    """Settings in code that cannot always be read."""

    is_out_of_order = False

    def items(self):  # type: ignore[no-untyped-def] # noqa: ANN201 - that of a dict
        if self.is_out_of_order:
            raise RuntimeError("out of order")
        return super().items()


def limit(host: Host) -> object:
    return host.jobs["sweep"].status().options.model_dump()["limit"]


def watch_tasks() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == NAME]


@pytest.fixture
def threaded(write: Write, clock: FakeClock) -> Host:
    """Return a host on a clock that is not virtual."""
    write({"sweep": {"Limit": 1}})
    return HostBuilder(clock=MachineClock(clock)).add_loop_job(sweep, SweepOptions).build()


def is_looking() -> bool:
    """Tell whether a thread looks at the files."""
    return any(thread.name == NAME for thread in threading.enumerate())


async def test_a_stop_ends_it_at_once(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """Nothing is taken over afterwards."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        assert len(watch_tasks()) == 1
        write({"sweep": {"Limit": 2}})
        await clock.advance(2)
        await host.stop()
        assert watch_tasks() == []
        await clock.advance(60)
        assert limit(host) == 1
    assert clock.monotonic() == 62
    assert lines(logging.ERROR) == []


async def test_a_host_without_files_has_no_watch(clock: FakeClock) -> None:
    """Nor has one that never started."""
    host = HostBuilder(settings_files=(), clock=clock).build()
    async with host:
        assert watch_tasks() == []
    await HostBuilder(clock=clock).build().stop()


async def test_the_end_of_the_event_loop_ends_it_without_a_word(
    builder: HostBuilder, write: Write, lines: Lines
) -> None:
    """No failure of the watch, if everything ends."""
    write({"sweep": {"Limit": 1}})
    await asyncio.to_thread(asyncio.run, builder.build().start())
    assert lines(logging.ERROR) == []


async def test_a_watch_that_somebody_cancels_says_so(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """The jobs go on, and so does the reload by hand."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        watch_tasks()[0].cancel()
        write({"sweep": {"Limit": 2}})
        await clock.advance(25)
        assert host.jobs["sweep"].status().ledger.succeeded == 3
        await host.reload_settings()
        assert limit(host) == 2
    (line,) = lines(logging.ERROR)
    assert "it was cancelled from outside the host; call reload_settings() after edits" in line


async def test_a_look_that_fails_is_told_once_and_tried_again(
    directory: Path, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """Once until it succeeds; no job notices."""
    code = Moody()
    write({"sweep": {"Limit": 1}})
    builder = HostBuilder(settings=code, clock=clock).add_loop_job(sweep, SweepOptions)
    async with builder.build() as host:
        code.is_out_of_order = True
        write({"sweep": {"Limit": 2}})
        await clock.advance(35)
        (line,) = lines(logging.ERROR)
        assert line.startswith("a look at the settings files failed")
        assert host.jobs["sweep"].status().ledger.succeeded == 4
        code.is_out_of_order = False
        await clock.advance(5)
        assert limit(host) == 2
    assert lines(logging.INFO)[-1] == "the settings files are watched again"


async def test_files_are_looked_at_in_a_thread(
    threaded: Host, write: Write, clock: FakeClock, until: Until
) -> None:
    """On any clock that is not virtual."""
    async with threaded as host:
        write({"sweep": {"Limit": 2}})
        while limit(host) == 1:
            await clock.advance(0.5)
            await until(lambda: not is_looking())
        assert clock.monotonic() <= 4


async def test_a_file_system_that_does_not_answer_keeps_nobody(
    threaded: Host, directory: Path, clock: FakeClock, lines: Lines, until: Until
) -> None:
    """As a network that is down: a WARNING, jobs that go on, and a stop that waits for nothing."""
    pipe = directory / "appsettings.json"
    async with threaded as host:
        pipe.unlink()
        # Whoever opens and reads it waits for somebody who writes.
        os.mkfifo(pipe)
        writers: list[int] = []
        while not writers:
            await clock.advance(0.5)
            await until(lambda: not is_looking() or joins(pipe, writers))
        assert lines(logging.WARNING) == []
        await clock.advance(120)
        (line,) = lines(logging.WARNING)
        assert "has not come back for 30 s" in line
        assert host.jobs["sweep"].status().ledger.succeeded >= 12
        await host.stop()
        assert watch_tasks() == []
        assert is_looking()
    os.close(writers[0])


def joins(pipe: Path, writers: list[int]) -> bool:
    """Become the one who writes, if somebody waits for that."""
    with contextlib.suppress(OSError):
        writers.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    return bool(writers)
