"""Edits that come while the files are read."""

import logging
import threading
from collections.abc import ItemsView

import pytest

from loopjobs import Host, HostBuilder
from loopjobs.testing import FakeClock

from .watched import NAME, Lines, MachineClock, SweepOptions, Until, Write, sweep


class Gate(dict[str, object]):
    """Settings in code, which are read after the files; the thread that reads them waits here."""

    def __init__(self) -> None:
        self.reader: threading.Thread | None = None
        self._opened = threading.Event()

    def items(self) -> ItemsView[str, object]:  # type: ignore[override] # dict_items has no public name
        if threading.current_thread().name == NAME and not self._opened.is_set():
            self.reader = threading.current_thread()
            self._opened.wait()
        return super().items()

    def open(self) -> None:
        """Let the reader go, and wait until it has what it came for."""
        self._opened.set()
        assert self.reader is not None
        self.reader.join()


def limit(host: Host) -> object:
    return host.jobs["sweep"].status().options.model_dump()["limit"]


def is_looking() -> bool:
    """Tell whether a thread looks at the files."""
    return any(thread.name == NAME for thread in threading.enumerate())


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def host(gate: Gate, write: Write, clock: FakeClock) -> Host:
    write({"sweep": {"Limit": 1}})
    builder = HostBuilder(settings=gate, clock=MachineClock(clock))
    return builder.add_loop_job(sweep, SweepOptions).build()


async def wait_for_reader(gate: Gate, clock: FakeClock, until: Until) -> None:
    while gate.reader is None:
        await clock.advance(0.5)
        await until(lambda: gate.reader is not None or not is_looking())


async def test_what_was_read_amid_an_edit_is_dropped(
    host: Host, gate: Gate, write: Write, clock: FakeClock, until: Until
) -> None:
    """The edit may have come between two files that belong together."""
    async with host:
        write({"sweep": {"Limit": 2}})
        await wait_for_reader(gate, clock, until)
        write({"sweep": {"Limit": 3}})
        gate.open()
        await clock.advance(0)
        assert limit(host) == 1
        while limit(host) == 1:
            await clock.advance(0.5)
            await until(lambda: not is_looking())
        assert limit(host) == 3


async def test_a_reload_by_hand_is_not_undone_by_an_older_reading(
    host: Host, gate: Gate, write: Write, clock: FakeClock, until: Until
) -> None:
    """The thread had read before, and hands over afterwards."""
    async with host:
        write({"sweep": {"Limit": 2}})
        await wait_for_reader(gate, clock, until)
        gate.open()
        write({"sweep": {"Limit": 3}})
        assert await host.reload_settings() == ()
        await clock.advance(0)
        assert limit(host) == 3


async def test_files_that_never_stand_still_are_told_once(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """They are not read; once they do, they are."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        for _ in range(200):
            write({"sweep": {"Limit": 2}})
            await clock.advance(0.5)
        assert limit(host) == 1
        (line,) = lines(logging.WARNING)
        assert "have not stood still for 30 s" in line
        await clock.advance(1)
        assert limit(host) == 2
