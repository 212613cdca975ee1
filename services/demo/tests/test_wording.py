"""The words of the demonstration."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from login.client.fleet import FleetTally
from login.domain.pc import PcStatus, StatusReason
from loopjobs import Ledger, Outcome, RunRecord
from loopjobs_demo import wording
from loopjobs_demo.stage import Stage
from loopjobs_demo.status_changes import Headcount, StatusChange
from servicekit.mac import MacAddress

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLOCK = f"{NOON.astimezone():%H:%M:%S}"


@pytest.mark.parametrize(
    ("status", "reason", "unheard_for", "offline_for", "words"),
    [
        (PcStatus.OFFLINE, StatusReason.SWEEP, 6.44, None, "silent for 6.4 s -> offline by"),
        (PcStatus.OFFLINE, StatusReason.SWEEP, None, None, "silent for too long -> offline by"),
        (PcStatus.OFFLINE, StatusReason.CLIENT, 1.0, None, "said goodbye -> offline"),
        (PcStatus.OFFLINE, StatusReason.ADMIN, 1.0, None, "removed by an administrator -> off"),
        (PcStatus.ONLINE, StatusReason.KEEP_ALIVE, 0.0, 12.25, "is back after 12.2 s -> online"),
        (PcStatus.ONLINE, StatusReason.KEEP_ALIVE, 0.0, None, "is back -> online"),
    ],
)
def test_a_change_tells_who_what_and_why(
    status: PcStatus,
    reason: StatusReason,
    unheard_for: float | None,
    offline_for: float | None,
    words: str,
) -> None:
    """A line has time, host name, hardware address, what happened and why."""
    mac = MacAddress("0200000000aa")
    line = str(
        wording.change(StatusChange(NOON, "lab-01", mac, status, reason, unheard_for, offline_for))
    )
    assert line.startswith(f"{CLOCK}  lab-01  02:00:00:00:00:aa  {words}")
    assert line.endswith("by PcKeepAliveJob") is (reason is StatusReason.SWEEP)


def _run(outcome: Outcome, error: str | None = None, **reported: float) -> RunRecord:
    return RunRecord("1", "PcKeepAliveJob", outcome, NOON, NOON, 0.0123, error, None, reported)


def test_a_sweep_tells_what_it_found() -> None:
    """Only counts that are not zero are told."""
    run = _run(Outcome.SUCCEEDED, marked=2.0, failed=0.0, held=1.0)
    line = str(wording.sweep(run, NOON, Headcount(10, 2)))
    assert line == f"{CLOCK}  sweep: 2 marked, 1 held in 12 ms; now 10 online, 2 offline"


@pytest.mark.parametrize(
    ("outcome", "error", "words"),
    [
        (Outcome.FAILED, "OSError: disk full", "sweep failed: OSError: disk full"),
        (Outcome.CANCELLED, None, "sweep cancelled"),
    ],
)
def test_a_sweep_that_went_wrong_says_so(outcome: Outcome, error: str | None, words: str) -> None:
    """The outcome is told, with the error if there is one."""
    line = str(wording.sweep(_run(outcome, error), NOON, Headcount()))
    assert line == f"{CLOCK}  {words}"


def test_the_opening_says_where_to_look() -> None:
    """A newcomer reads where the service is, where its data lies and how to stop it."""
    text = str(wording.opening(Stage(Path("var/demo.db"), 8080, 8080), 12))
    for words in ("http://127.0.0.1:8080/v1/pcs", "8080/docs", "var/demo.db", "12 ", "Ctrl-C"):
        assert words in text
    assert "taken" not in text


def test_another_port_is_mentioned() -> None:
    """A newcomer who expects port 8080 learns why it is another one."""
    text = str(wording.opening(Stage(Path("var/demo.db"), 4711, 8080), 12))
    assert text.startswith("Port 8080 is taken; using 4711.")


def test_the_closing_adds_up() -> None:
    """The ledger of the job names each outcome there was, and nothing else."""
    reasons = Counter({StatusReason.SWEEP: 3, StatusReason.CLIENT: 2, StatusReason.KEEP_ALIVE: 1})
    ledger = Ledger(due=9, in_flight=1, succeeded=7, skipped_running=1)
    tally = FleetTally(keep_alives=1_234)
    text = str(wording.closing(31.25, ledger, Headcount(8, 4), reasons, tally))
    assert "Stopped after 31.2 s" in text
    assert "9 due = 7 succeeded + 1 skipped_running + 1 in_flight" in text
    assert "3 declared offline by the job, 2 said goodbye, 1 came back" in text
    assert "1,234 keep-alives, 0 errors" in text


def test_a_closing_before_the_first_slot_is_calm() -> None:
    """Nothing due is nothing wrong."""
    assert "0 due = 0" in str(wording.closing(0.1, Ledger(), Headcount(), Counter(), FleetTally()))
