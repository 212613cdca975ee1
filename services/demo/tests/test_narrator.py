"""What the narrator of the demonstration finds worth telling."""

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from login.client.fleet import FleetTally
from login.domain.pc import PcStatus, StatusReason
from loopjobs import Ledger, LoopStarted, Outcome, RunEnded, RunRecord
from loopjobs.testing import FakeClock
from loopjobs_demo.narrator import Narrator
from loopjobs_demo.runs import JOB, SweepInbox
from loopjobs_demo.stage import Stage
from loopjobs_demo.status_changes import Headcount, StatusChange
from servicekit.mac import MacAddress

STAGE = Stage(Path("var/demo.db"), 8080, 8080)


class FakeChanges:
    def __init__(self) -> None:
        self.headcount = Headcount()
        self.news: list[StatusChange] = []

    async def take_new(self) -> Sequence[StatusChange]:
        taken, self.news = self.news, []
        return taken

    async def count(self) -> Headcount:
        return self.headcount


class Theater:
    """A narrator with all that it sees."""

    def __init__(self, console: Console, out: io.StringIO) -> None:
        self.out = out
        self.clock = FakeClock()
        self.changes = FakeChanges()
        self.sweeps = SweepInbox()
        self.narrator = Narrator(
            console, self.changes, self.sweeps, FleetTally(), clock=self.clock, pcs=2
        )

    def sweep(self, outcome: Outcome = Outcome.SUCCEEDED, marked: float = 0.0) -> None:
        now = self.clock.now()
        run = RunRecord("1", JOB, outcome, now, now, 0.01, None, None, {"marked": marked})
        self.sweeps(RunEnded(JOB, run, 0))

    def go_offline(self) -> None:
        mac, now = MacAddress("0200000000aa"), self.clock.now()
        self.changes.news.append(
            StatusChange(now, "lab-01", mac, PcStatus.OFFLINE, StatusReason.SWEEP, 6.4, None)
        )

    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()


@pytest.fixture
def theater() -> Theater:
    out = io.StringIO()
    return Theater(Console(file=out, width=80), out)


@pytest.fixture
def terminal() -> Theater:
    out = io.StringIO()
    return Theater(
        Console(file=out, width=120, force_terminal=True, _environ={"TERM": "xterm"}), out
    )


async def test_the_arrival_is_told_once(theater: Theater) -> None:
    """One line says that all PCs are there, however often one looks."""
    theater.changes.headcount = Headcount(1, 0)
    await theater.narrator.look()
    assert not theater.lines()
    theater.changes.headcount = Headcount(2, 0)
    await theater.narrator.look()
    await theater.narrator.look()
    assert len(theater.lines()) == 1


async def test_a_change_comes_before_its_sweep(theater: Theater) -> None:
    """First what happened to the PC, then what the sweep did in all."""
    theater.sweep(marked=1.0)
    theater.go_offline()
    await theater.narrator.look()
    first, second = theater.lines()
    assert "lab-01" in first
    assert "sweep: 1 marked" in second


async def test_quiet_sweeps_share_a_line(theater: Theater) -> None:
    """Five sweeps that found nobody make one line; one that found somebody begins anew."""
    for marked in (0.0, 0.0, 1.0, *[0.0] * 5, 0.0):
        theater.sweep(marked=marked)
    await theater.narrator.look()
    first, second = theater.lines()
    assert "1 marked" in first
    assert "5 sweeps found nobody silent" in second


async def test_a_failed_sweep_is_told(theater: Theater) -> None:
    """A failure is news, though it marked nobody."""
    theater.sweep(Outcome.FAILED)
    await theater.narrator.look()
    assert "sweep failed" in theater.lines()[0]


async def test_other_events_are_none_of_its_business(theater: Theater) -> None:
    """Events of other kinds, or of other jobs, are not told."""
    now = theater.clock.now()
    run = RunRecord("1", "Other", Outcome.FAILED, now, now, 0.01)
    theater.sweeps(LoopStarted(JOB))
    theater.sweeps(RunEnded("Other", run, 1))
    await theater.narrator.look()
    assert not theater.lines()


async def test_without_a_terminal_there_is_no_garbage(theater: Theater) -> None:
    """Piped output has whole lines and no control characters, even those longer than a screen."""
    theater.narrator.open(STAGE)
    telling = asyncio.create_task(theater.narrator.narrate())
    theater.go_offline()
    theater.sweep(marked=1.0)
    await theater.clock.advance(3)
    await _end(telling)
    theater.narrator.close(Ledger(due=1, succeeded=1))
    assert all(line.isprintable() for line in theater.lines())
    assert any(line.endswith("offline by PcKeepAliveJob") for line in theater.lines())


async def test_a_terminal_has_a_line_that_is_kept_up_to_date(terminal: Theater) -> None:
    """Quiet sweeps are counted in the bottom line and take no line of their own."""
    telling = asyncio.create_task(terminal.narrator.narrate())
    for _ in range(6):
        terminal.sweep()
    await terminal.clock.advance(1)
    await _end(telling)
    said = terminal.out.getvalue()
    assert "6 sweeps" in said
    assert "found nobody" not in said
    assert "\x1b[2K" in said


async def test_what_never_began_is_not_closed(theater: Theater) -> None:
    """When the service did not start, there is nothing to sum up."""
    theater.narrator.close(Ledger())
    assert not theater.lines()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
