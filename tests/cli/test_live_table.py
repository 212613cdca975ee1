"""The live table of `loopjobs run`."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable

import pytest
from rich.console import Console

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions
from loopjobs.cli._drawing import Drawing, Screen, written_above
from loopjobs.cli._log_lines import log_to_stderr
from loopjobs.cli._overview import overview
from loopjobs.cli._running.live_table import add_live_table
from loopjobs.cli._running.rows import rows_of
from loopjobs.logs import add_logging
from loopjobs.testing import FakeClock

from .conftest import Terminal

Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def sweep(ct: CancellationToken) -> None:
    pass


async def spill(ct: CancellationToken) -> None:
    raise ConnectionError("the milk")


def builder(clock: FakeClock) -> HostBuilder:
    sections = {name: {"IntervalInSeconds": 10} for name in ("sweep", "spill")}
    made = HostBuilder(settings_files=(), settings=sections, clock=clock)
    return made.add_loop_job(sweep, LoopJobOptions).add_loop_job(spill, LoopJobOptions)


def shown(host: Host, clock: FakeClock, width: int) -> str:
    console = Console(file=Terminal(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(overview(rows_of(host, clock), width))
    return capture.get()


async def test_trouble_comes_first_and_says_why(clock: FakeClock) -> None:
    """Health, state, last outcome, countdown, failures and ledger, on one line a job."""
    async with builder(clock).build() as host:
        await clock.advance(23)
        lines = shown(host, clock, 160).splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [
        ["health", "job"],
        ["unhealthy", "spill"],
        ["healthy", "sweep"],
    ]
    assert "waiting  in 7 s  failed 3 s ago     3         failed=3" in lines[1]
    assert "waiting  in 7 s  succeeded 3 s ago            succeeded=3" in lines[2]
    assert lines[4].startswith("spill  The last 3 runs failed with ConnectionError; unhealthy from")


@pytest.mark.parametrize("width", [160, 100, 60, 40, 20])
async def test_it_fits_any_terminal(clock: FakeClock, width: int) -> None:
    """Columns are left out, never what is in trouble; no line is broken by the terminal."""
    async with builder(clock).build() as host:
        await clock.advance(23)
        text = shown(host, clock, width)
    assert all(len(line) <= width for line in text.splitlines())
    assert "spill" in text
    assert "unhealthy" in text


async def test_a_host_shows_its_jobs_while_it_runs(
    clock: FakeClock, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log lines come above the table, those of the host's own log as well; then it is gone."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    console = Console(file=terminal, force_terminal=True, width=100, color_system=None)
    made = builder(clock)
    with written_above(console):
        log_to_stderr(logging.INFO)
        add_live_table(add_logging(made), console)
        async with made.build() as host:
            await clock.advance(0.1)
            await until(lambda: "spill" in terminal.getvalue())
            logging.getLogger("loopjobs.test").error("said above")
            await until(lambda: "said above" in terminal.getvalue())
            await host.stop()
    shown = terminal.getvalue()
    assert sys.stderr is terminal
    assert shown.count("said above") == 1
    line = next(line for line in shown.splitlines() if "said above" in line)
    assert "ERROR    loopjobs.test: said above" in line
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"


async def test_a_terminal_that_is_gone_stops_nothing(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window was closed; the jobs go on."""

    class Gone(Screen):
        def draw(self, picture: object) -> None:
            raise OSError("Input/output error")

    drawing = Drawing(Gone(Console(file=Terminal())), clock, lambda: "")
    async with drawing:
        await clock.advance(1)


async def test_a_terminal_that_blocks_delays_no_run(clock: FakeClock) -> None:
    """It is drawn on in a thread: the event loop goes on meanwhile."""
    blocked = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Blocked(Screen):
        def draw(self, picture: object) -> None:
            asyncio.run_coroutine_threadsafe(blocked.wait(), loop).result()

    async with builder(clock).build() as host:
        drawing = Drawing(Blocked(Console(file=Terminal())), clock, lambda: "")
        async with drawing:
            await clock.advance(20)
            assert host.jobs["sweep"].status().ledger.succeeded == 3
            blocked.set()
