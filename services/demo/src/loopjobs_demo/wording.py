"""The words of the narrator."""

import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import Final

from rich.text import Text

from login.client.fleet import FleetTally
from login.domain.pc import PcStatus, StatusReason
from loopjobs import Ledger, Outcome, RunRecord
from loopjobs_demo.counts import in_words
from loopjobs_demo.lists import BulkJobSeen
from loopjobs_demo.office import OfficeTally
from loopjobs_demo.stage import (
    ADMINISTRATOR,
    CLEANUP,
    INTERVAL,
    KEPT,
    NEVER_SEEN,
    PURGE,
    QUEUE,
    SILENCE,
    Stage,
)
from loopjobs_demo.status_changes import Headcount, StatusChange

SWEEP: Final = "PcKeepAliveJob"
JOBS: Final = {
    SWEEP: f"every {INTERVAL} s: PCs that were silent for {SILENCE:g} s are offline",
    "PcDeleteJob": f"every {CLEANUP} s: PCs listed and not seen for {NEVER_SEEN:g} s are retired, "
    f"purged {PURGE:g} s later",
    "TokenCleanupJob": f"every {CLEANUP} s: sessions that people have ended go, with their tokens",
    "BulkJobWorker": f"every {QUEUE} s: uploaded lists go row by row into the Login service",
    "BulkJobCleanup": f"every {CLEANUP} s: lists that were done {KEPT:g} s ago go, with rows and "
    "file",
}
_WHO_WIDTH: Final = 26
_INDENT: Final = " " * (10 + _WHO_WIDTH)
_LINE_WIDTH: Final = 100


def opening(stage: Stage, pcs: int, ghosts: int) -> Text:
    """Return what a newcomer reads first."""
    text = _other_ports(stage)
    text.append("Two services, their jobs, a small fleet and an office\n\n", "bold")
    rows = {
        "Login": _addresses(stage.login_url),
        "AdminProvisioning": _addresses(stage.provisioning_url),
        "Sign in": f"as {ADMINISTRATOR} with the password {stage.password}, made up for this play",
        "Terminal": f"{_command()} status --url {stage.login_url}/jobs \\",
        "": f"  --token-file {stage.token_file}",
        "Files": str(stage.folder),
        "Fleet": f"{pcs} simulated PCs, a keep-alive every {INTERVAL} s; {ghosts} more on the list "
        "never come",
        "Stop": "Ctrl-C",
    }
    return text.append_text(_table(rows)).append("\n").append_text(_table(JOBS))


def _addresses(url: str) -> str:
    return f"jobs: {url}/jobs/  API: {url}/docs"


def _command() -> str:
    """Return how to call the command of the library from here."""
    command = Path(sys.executable).with_name("loopjobs")
    if shutil.which("loopjobs") or not command.is_relative_to(Path.cwd()):
        return "loopjobs"
    return str(command.relative_to(Path.cwd()))


def _other_ports(stage: Stage) -> Text:
    text = Text()
    ports = (("Login", stage.login_port), ("AdminProvisioning", stage.provisioning_port))
    for wanted, (service, port) in enumerate(ports, stage.wanted_port):
        if port != wanted:
            text.append(f"Port {wanted} is taken; {service} has {port}.\n", "yellow")
    return text


def closing(
    seconds: float,
    jobs: Mapping[str, tuple[Ledger, Mapping[str, int]]],
    count: Headcount,
    reasons: Counter[StatusReason],
    tallies: tuple[FleetTally, OfficeTally],
) -> Text:
    """Return what a newcomer reads last."""
    text = Text().append(f"\nStopped after {seconds:.1f} s\n\n", "bold")
    fleet, office = tallies
    indent = max(map(len, jobs), default=0) + 4
    rows = {
        job: _broken(_job(job, ledger, totals), indent) for job, (ledger, totals) in jobs.items()
    }
    rows |= {
        "PCs": f"{headcount(count)}; {reasons[StatusReason.SWEEP]} declared offline by the job, "
        f"{reasons[StatusReason.CLIENT]} said goodbye, {reasons[StatusReason.KEEP_ALIVE]} came",
        "Fleet": f"{fleet.keep_alives:,} keep-alives, {fleet.errors} errors",
        "Office": f"{office.sign_ins} sign-ins, {office.refreshes} refreshes, "
        f"{office.sign_outs} sign-outs, {office.errors} errors",
    }
    return text.append_text(_table(rows))


def _table(rows: Mapping[str, str]) -> Text:
    width = max(map(len, rows)) + 2
    text = Text()
    for label, words in rows.items():
        text.append(f"  {label:<{width}}", "dim").append(f"{words}\n")
    return text


def change(change: StatusChange) -> Text:
    """Return one line about a PC that has gone or come."""
    is_online = change.status is PcStatus.ONLINE
    line = moment(change.at).append(change.hostname, "bold")
    line.append(f" {change.mac}".ljust(_WHO_WIDTH - len(change.hostname)), "dim")
    line.append(f"{_why(change)} -> ")
    line.append("online" if is_online else "offline", "green" if is_online else "red")
    if change.reason is StatusReason.SWEEP:
        line.append(f" by {SWEEP}")
    return line


def _why(change: StatusChange) -> str:
    if change.status is PcStatus.ONLINE:
        gone_for = change.offline_for
        return "comes" if gone_for is None else f"is back after {gone_for:.1f} s"
    if change.reason is StatusReason.SWEEP:
        known = change.unheard_for is not None
        return f"silent for {change.unheard_for:.1f} s" if known else "silent for too long"
    if change.reason is StatusReason.CLIENT:
        return "said goodbye"
    return "removed by an administrator"


def arrival(now: datetime, count: Headcount) -> Text:
    """Return the line that says that the fleet has come."""
    line = _who(now, "fleet", "bold").append("all PCs have come; now ")
    return line.append_text(headcount(count))


def uploaded(now: datetime, job: BulkJobSeen) -> Text:
    """Return the line about a list that was just uploaded."""
    words = f"uploads a list of {job.total} PCs, as a spreadsheet exports it"
    return _who(now, "administrator", "bold").append(words)


def provisioned(now: datetime, job: BulkJobSeen, bad_rows: Sequence[str]) -> Text:
    """Return the lines about a list that is done."""
    line = _who(now, "administrator", "bold").append(f"sees the list done ({job.state}): ")
    line.append(f"{job.ok} PCs are known to Login", "green")
    for bad_row in bad_rows:
        line.append(f"\n{_INDENT}{_broken(bad_row, len(_INDENT))}", "yellow")
    return line


def run(run: RunRecord, now: datetime, count: Headcount) -> Text:
    """Return one line about a run that was worth one."""
    line = _who(run.started_at or now, run.job, "cyan")
    if run.outcome is not Outcome.SUCCEEDED:
        why = f": {run.error}" if run.error else ""
        return line.append(_broken(f"{run.outcome}{why}", len(_INDENT)), "red")
    line.append(f"{in_words(run.job, run.reported or {})} in {run.duration * 1e3:.0f} ms")
    return line.append("; now ", "dim").append_text(headcount(count)) if run.job == SWEEP else line


def quiet_sweeps(number: int, now: datetime, count: Headcount) -> Text:
    """Return one line about sweeps that found nobody silent."""
    words = f"{number} runs found nobody silent; now "
    return _who(now, SWEEP, "cyan").append(words, "dim").append_text(headcount(count))


def status(seconds: float, runs: int, keep_alives: int, count: Headcount) -> Text:
    """Return the line that is kept up to date on a terminal."""
    line = Text().append(f"{seconds:8.0f} s  ", "dim").append_text(headcount(count))
    return line.append(f"  {runs} runs, {keep_alives:,} keep-alives  Ctrl-C stops", "dim")


def headcount(count: Headcount) -> Text:
    """Return how many PCs are up and down."""
    return Text.assemble(
        (f"{count.online}", "green"), " online, ", (f"{count.offline}", "red"), " offline"
    )


def moment(at: datetime) -> Text:
    """Return the beginning of a line."""
    return Text().append(f"{at.astimezone():%H:%M:%S}  ", "dim")


def _who(at: datetime, who: str, style: str) -> Text:
    return moment(at).append(who.ljust(_WHO_WIDTH), style)


def _broken(words: str, indent: int) -> str:
    """Return words in lines that are narrow enough where they begin so far from the left."""
    return f"\n{' ' * indent}".join(wrap(words, _LINE_WIDTH - indent))


def _job(job: str, ledger: Ledger, totals: Mapping[str, int]) -> str:
    done = in_words(job, totals)
    return f"{_slots(ledger)}; {done}" if done else _slots(ledger)


def _slots(ledger: Ledger) -> str:
    """Return what became of every slot of a job that was due."""
    counts = {outcome.value: getattr(ledger, outcome.value) for outcome in Outcome}
    counts["in_flight"] = ledger.in_flight
    parts = [f"{count} {name}" for name, count in counts.items() if count]
    return f"{ledger.due} due = {' + '.join(parts) or '0'}"
