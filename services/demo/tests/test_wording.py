"""The words of the demonstration."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from login.client.fleet import FleetTally
from login.domain.pc import PcStatus, StatusReason
from loopjobs import Ledger, Outcome, RunRecord
from loopjobs_demo import wording
from loopjobs_demo.lists import BulkJobSeen
from loopjobs_demo.office import OfficeTally
from loopjobs_demo.stage import Stage
from loopjobs_demo.status_changes import Headcount, StatusChange
from servicekit.mac import MacAddress

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIST = BulkJobSeen("7", "partial", total=3, ok=2, failed=1)
CLOCK = f"{NOON.astimezone():%H:%M:%S}"


@pytest.mark.parametrize(
    ("status", "reason", "unheard_for", "offline_for", "words"),
    [
        (PcStatus.OFFLINE, StatusReason.SWEEP, 6.44, None, "silent for 6.4 s -> offline by"),
        (PcStatus.OFFLINE, StatusReason.SWEEP, None, None, "silent for too long -> offline by"),
        (PcStatus.OFFLINE, StatusReason.CLIENT, 1.0, None, "said goodbye -> offline"),
        (PcStatus.OFFLINE, StatusReason.ADMIN, 1.0, None, "removed by an administrator -> off"),
        (PcStatus.ONLINE, StatusReason.KEEP_ALIVE, 0.0, 12.25, "is back after 12.2 s -> online"),
        (PcStatus.ONLINE, StatusReason.KEEP_ALIVE, 0.0, None, "comes -> online"),
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
    assert line.startswith(f"{CLOCK}  lab-01 02:00:00:00:00:aa  {words}")
    assert line.endswith("by PcKeepAliveJob") is (reason is StatusReason.SWEEP)


def _run(outcome: Outcome, error: str | None = None, **reported: float) -> RunRecord:
    return RunRecord("1", "PcKeepAliveJob", outcome, NOON, NOON, 0.0123, error, None, reported)


def test_a_sweep_tells_what_it_found() -> None:
    """Only counts that are not zero are told, in a column of their own, with the state after."""
    run = _run(Outcome.SUCCEEDED, marked=2.0, failed=0.0, held=1.0)
    line = str(wording.run(run, NOON, Headcount(10, 2)))
    words = "2 PCs declared offline, 1 held in 12 ms; now 10 online, 2 offline"
    assert line == f"{CLOCK}  {wording.SWEEP:26}{words}"


@pytest.mark.parametrize(
    ("outcome", "error", "words"),
    [
        (Outcome.FAILED, "OSError: disk full", "failed: OSError: disk full"),
        (Outcome.CANCELLED, None, "cancelled"),
    ],
)
def test_a_run_that_went_wrong_says_so(outcome: Outcome, error: str | None, words: str) -> None:
    """The outcome is told, with the error if there is one."""
    line = str(wording.run(_run(outcome, error), NOON, Headcount()))
    assert line == f"{CLOCK}  {wording.SWEEP:26}{words}"


def test_a_long_error_of_a_run_is_told_in_short_lines() -> None:
    """It goes on in the next line, in the same column."""
    line = str(wording.run(_run(Outcome.FAILED, "OSError: " + "full " * 40), NOON, Headcount()))
    first, *more = line.splitlines()
    assert f"{wording.SWEEP:26}failed: OSError" in first
    assert len(more) > 1
    assert all(part.startswith(" " * 36 + "full") for part in more)
    assert all(len(part) <= 100 for part in line.splitlines())


def test_all_lines_have_their_words_in_one_column() -> None:
    """Whoever does something, what they do begins at the same place."""
    mac, status = MacAddress("0200000000aa"), PcStatus.OFFLINE
    change = StatusChange(NOON, "lab-01", mac, status, StatusReason.CLIENT, 1.0, None)
    lines = [
        wording.change(change),
        wording.run(_run(Outcome.SUCCEEDED, marked=1), NOON, Headcount()),
        wording.arrival(NOON, Headcount(12, 2)),
        wording.uploaded(NOON, LIST),
        wording.quiet_sweeps(10, NOON, Headcount()),
    ]
    assert all(str(line)[35] == " " and str(line)[36] != " " for line in lines)


def test_what_is_wrong_with_a_list_is_told_in_short_lines() -> None:
    """An error that is longer than a line goes on in the next, in the same column."""
    line = str(wording.provisioned(NOON, LIST, ["row 4: mac: " + "is wrong " * 20]))
    first, *more = line.splitlines()
    assert first.endswith("(partial): 2 PCs are known to Login")
    assert len(more) > 1
    assert all(len(part) <= 100 and part.startswith(" " * 36) for part in more)


def test_the_opening_says_where_to_look() -> None:
    """A newcomer reads where the services are, where their data lies and how to stop them."""
    stage = Stage(Path("var/demo"), 8080, 8081, 8080)
    text = str(wording.opening(stage, 12, 2))
    for words in ("http://127.0.0.1:8080/docs", "8081/docs", "var/demo", "12 sim", "Ctrl-C"):
        assert words in text
    for words in (
        "http://127.0.0.1:8080/jobs/",
        "8081/jobs/",
        f"as ada with the password {stage.password}",
    ):
        assert words in text
    assert "loopjobs status --url http://127.0.0.1:8080/jobs \\\n" in text
    assert "--token-file var/demo/token\n" in text
    assert len(text.splitlines()) < 24
    assert all(job in text for job in wording.JOBS)
    assert "taken" not in text


@pytest.mark.parametrize(("login", "provisioning"), [(8080, 4712), (4711, 8081), (4711, 4712)])
def test_other_ports_are_mentioned(login: int, provisioning: int) -> None:
    """A newcomer who expects certain ports learns why they are others."""
    text = str(wording.opening(Stage(Path("var/demo"), login, provisioning, 8080), 12, 2))
    assert ("Port 8080 is taken; Login has 4711." in text) is (login == 4711)
    assert ("Port 8081 is taken; AdminProvisioning has 4712." in text) is (provisioning == 4712)


def test_the_closing_adds_up() -> None:
    """The ledger of a job names each outcome there was, and nothing else."""
    reasons = Counter({StatusReason.SWEEP: 3, StatusReason.CLIENT: 2, StatusReason.KEEP_ALIVE: 1})
    ledger = Ledger(due=9, in_flight=1, succeeded=7, skipped_running=1)
    tallies = FleetTally(keep_alives=1_234), OfficeTally(sign_ins=5, sign_outs=4, errors=1)
    jobs = {wording.SWEEP: (ledger, {"marked": 3})}
    text = str(wording.closing(31.25, jobs, Headcount(8, 4), reasons, tallies))
    assert "Stopped after 31.2 s" in text
    ledger_words = "9 due = 7 succeeded + 1 skipped_running + 1 in_flight"
    assert f"{ledger_words}; 3 PCs declared offline\n" in text
    assert "3 declared offline by the job, 2 said goodbye, 1 came" in text
    assert "1,234 keep-alives, 0 errors" in text
    assert "5 sign-ins, 0 refreshes, 4 sign-outs, 1 errors" in text


def test_the_closing_is_told_in_short_lines() -> None:
    """Where a job knew all outcomes there are, its ledger goes on in the next line."""
    ledger = Ledger(due=999, **{outcome.value: 111 for outcome in Outcome})
    jobs = {wording.SWEEP: (ledger, {"marked": 3})}
    tallies = FleetTally(), OfficeTally()
    text = str(wording.closing(31.25, jobs, Headcount(8, 4), Counter(), tallies))
    assert all(len(line) <= 100 for line in text.splitlines())
    words = " ".join(text.split())
    assert all(f"111 {outcome}" in words for outcome in Outcome)
    assert "3 PCs declared offline PCs" in words


def test_a_closing_before_the_first_slot_is_calm() -> None:
    """Nothing due is nothing wrong."""
    jobs = {wording.SWEEP: (Ledger(), dict[str, int]())}
    tallies = FleetTally(), OfficeTally()
    text = str(wording.closing(0.1, jobs, Headcount(), Counter(), tallies))
    assert f"{wording.SWEEP}  0 due = 0\n" in text
