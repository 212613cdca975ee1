"""What the narrator of the demonstration finds worth telling."""

import asyncio
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from login.client.fleet import FleetTally
from login.domain.pc import PcStatus, StatusReason
from loopjobs import Ledger, Outcome, RunEnded, RunRecord
from loopjobs.testing import FakeClock
from loopjobs_demo.lists import BulkJobSeen
from loopjobs_demo.narrator import Narrator
from loopjobs_demo.office import OfficeTally
from loopjobs_demo.runs import RunInbox
from loopjobs_demo.stage import Stage
from loopjobs_demo.status_changes import Headcount, StatusChange
from loopjobs_demo.wording import SWEEP
from servicekit.mac import MacAddress

STAGE = Stage(Path("var/demo"), 8080, 8081, 8080)
LIST = BulkJobSeen("7", "partial", total=3, ok=2, failed=1)


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
    """A narrator with all that it sees; two PCs will come."""

    def __init__(self, console: Console, out: io.StringIO) -> None:
        self.out = out
        self.clock = FakeClock()
        self.changes = FakeChanges()
        self.runs = RunInbox()
        tallies = (FleetTally(), OfficeTally())
        self.narrator = Narrator(console, self.changes, self.runs, tallies, clock=self.clock, pcs=2)

    def run(
        self, job: str = SWEEP, outcome: Outcome = Outcome.SUCCEEDED, **reported: float
    ) -> None:
        now = self.clock.now()
        record = RunRecord("1", job, outcome, now, now, 0.01, reported=reported)
        self.runs(RunEnded(job, record, 0))

    def come(self, number: int) -> None:
        self._change(number, PcStatus.ONLINE, StatusReason.KEEP_ALIVE)

    def go_offline(self, number: int) -> None:
        self._change(number, PcStatus.OFFLINE, StatusReason.SWEEP)

    def _change(self, number: int, status: PcStatus, reason: StatusReason) -> None:
        mac, now = MacAddress(f"02000000000{number}"), self.clock.now()
        self.changes.news.append(
            StatusChange(now, f"lab-0{number}", mac, status, reason, 6.4, None)
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


async def test_the_arrival_is_told_once_all_have_come(theater: Theater) -> None:
    """One line says that all PCs have come, though the first has gone again."""
    theater.come(1)
    await theater.narrator.look()
    assert not theater.lines()
    theater.go_offline(1)
    theater.come(2)
    theater.changes.headcount = Headcount(1, 1)
    await theater.narrator.look()
    await theater.narrator.look()
    gone, come = theater.lines()
    assert "lab-01" in gone
    assert come.endswith("all PCs have come; now 1 online, 1 offline")


async def test_a_change_comes_before_its_sweep(theater: Theater) -> None:
    """First what happened to the PC, then what the sweep did in all."""
    theater.run(marked=1)
    theater.go_offline(1)
    await theater.narrator.look()
    first, second = theater.lines()
    assert "lab-01" in first
    assert re.search(f"{SWEEP} +1 PC declared offline", second)


async def test_each_job_that_has_done_something_is_told(theater: Theater) -> None:
    """A run of any job is news if it did something, and none if it only looked."""
    theater.run("PcDeleteJob", retired=2)
    theater.run("TokenCleanupJob", sessions=0, batches=1)
    theater.run("BulkJobWorker", claimed=0)
    await theater.narrator.look()
    (line,) = theater.lines()
    assert re.search("PcDeleteJob +2 PCs retired", line)


async def test_quiet_sweeps_share_a_line(theater: Theater) -> None:
    """Ten sweeps that found nobody make one line; one that found somebody begins anew."""
    for marked in (0, 0, 1, *[0] * 10, 0):
        theater.run(marked=marked)
    await theater.narrator.look()
    first, second = theater.lines()
    assert "1 PC declared offline" in first
    assert "10 runs found nobody silent" in second


async def test_a_failed_run_is_told(theater: Theater) -> None:
    """A failure is news, though it did nothing."""
    theater.run("BulkJobCleanup", Outcome.FAILED)
    await theater.narrator.look()
    assert re.search("BulkJobCleanup +failed", theater.lines()[0])


async def test_a_list_is_told_of_twice(theater: Theater) -> None:
    """Once when it is uploaded, once when it is done, with what was wrong."""
    theater.narrator.tell_upload(LIST)
    theater.narrator.tell_provisioned(LIST, ["row 4: mac: is missing"])
    uploaded, done, bad = theater.lines()
    assert "uploads a list of 3 PCs" in uploaded
    assert "(partial): 2 PCs are known" in done
    assert bad.strip() == "row 4: mac: is missing"


async def test_without_a_terminal_there_is_no_garbage(theater: Theater) -> None:
    """Piped output has whole lines and no control characters, even those longer than a screen."""
    theater.narrator.open(STAGE, 2)
    telling = asyncio.create_task(theater.narrator.narrate())
    theater.go_offline(1)
    theater.run(marked=1)
    await theater.clock.advance(3)
    await _end(telling)
    theater.narrator.close({SWEEP: Ledger(due=1, succeeded=1)})
    assert all(line.isprintable() for line in theater.lines())
    assert any(line.endswith("offline by PcKeepAliveJob") for line in theater.lines())
    assert "Stopped after 3.0 s" in theater.lines()
    assert re.search(f"{SWEEP} +1 due = 1 succeeded; 1 PC declared offline", theater.out.getvalue())


async def test_a_terminal_has_a_line_that_is_kept_up_to_date(terminal: Theater) -> None:
    """Quiet sweeps are counted in the bottom line and take no line of their own."""
    telling = asyncio.create_task(terminal.narrator.narrate())
    for _ in range(11):
        terminal.run()
    await terminal.clock.advance(1)
    await _end(telling)
    said = terminal.out.getvalue()
    assert "11 runs" in said
    assert "found nobody" not in said
    assert "\x1b[2K" in said


async def test_what_never_began_is_not_closed(theater: Theater) -> None:
    """When a service did not start, there is nothing to sum up."""
    theater.narrator.open(STAGE, 2)
    before = theater.lines()
    theater.narrator.close({SWEEP: Ledger()})
    assert theater.lines() == before


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
