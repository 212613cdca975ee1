"""The words of the narrator."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from rich.text import Text

from login.client.fleet import FleetTally
from login.domain.pc import PcStatus, StatusReason
from loopjobs import Ledger, Outcome, RunRecord
from loopjobs_demo.runs import JOB
from loopjobs_demo.stage import INTERVAL, THRESHOLD_IN_MINUTES, Stage
from loopjobs_demo.status_changes import Headcount, StatusChange

_NAME_WIDTH: Final = 7


def opening(stage: Stage, pcs: int) -> Text:
    """Return what a newcomer reads first."""
    text = Text()
    if stage.port != stage.wanted_port:
        text.append(f"Port {stage.wanted_port} is taken; using {stage.port}.\n", "yellow")
    text.append("The Login service, its job, and a small fleet\n\n", "bold")
    threshold = THRESHOLD_IN_MINUTES * 60
    rows = {
        "PCs": f"{stage.url}/v1/pcs",
        "API": f"{stage.url}/docs",
        "Database": str(stage.database),
        "Fleet": f"{pcs} simulated PCs, each with a keep-alive every {INTERVAL} s",
        "Job": f"{JOB} looks every {INTERVAL} s; silent for over {threshold:g} s is offline",
        "Stop": "Ctrl-C",
    }
    return text.append_text(_table(rows))


def closing(
    seconds: float,
    ledger: Ledger,
    count: Headcount,
    reasons: Counter[StatusReason],
    tally: FleetTally,
) -> Text:
    """Return what a newcomer reads last."""
    text = Text().append(f"\nStopped after {seconds:.1f} s\n\n", "bold")
    changes = {
        "declared offline by the job": reasons[StatusReason.SWEEP],
        "said goodbye": reasons[StatusReason.CLIENT],
        "came back": reasons[StatusReason.KEEP_ALIVE],
    }
    rows = {
        "Job": _slots(ledger),
        "PCs": str(headcount(count)),
        "Changes": ", ".join(f"{number} {what}" for what, number in changes.items()),
        "Fleet": f"{tally.keep_alives:,} keep-alives, {tally.errors} errors",
    }
    return text.append_text(_table(rows))


def _table(rows: Mapping[str, str]) -> Text:
    text = Text()
    for label, words in rows.items():
        text.append(f"  {label:<10}", "dim").append(f"{words}\n")
    return text


def change(change: StatusChange) -> Text:
    """Return one line about a PC that has gone or come."""
    is_online = change.status is PcStatus.ONLINE
    line = _moment(change.at)
    line.append(f"{change.hostname:<{_NAME_WIDTH}}", "bold").append(f" {change.mac}  ", "dim")
    line.append(f"{_why(change)} -> ")
    line.append("online" if is_online else "offline", "green" if is_online else "red")
    if change.reason is StatusReason.SWEEP:
        line.append(f" by {JOB}")
    return line


def _why(change: StatusChange) -> str:
    if change.status is PcStatus.ONLINE:
        gone = "" if change.offline_for is None else f" after {change.offline_for:.1f} s"
        return f"is back{gone}"
    if change.reason is StatusReason.SWEEP:
        known = change.unheard_for is not None
        return f"silent for {change.unheard_for:.1f} s" if known else "silent for too long"
    if change.reason is StatusReason.CLIENT:
        return "said goodbye"
    return "removed by an administrator"


def arrival(now: datetime, count: Headcount) -> Text:
    """Return the line that says that the fleet is there."""
    line = _moment(now).append("all PCs have registered: ")
    return line.append_text(headcount(count))


def sweep(run: RunRecord, now: datetime, count: Headcount) -> Text:
    """Return one line about a sweep that was worth one."""
    line = _moment(run.started_at or now)
    if run.outcome is not Outcome.SUCCEEDED:
        why = f": {run.error}" if run.error else ""
        return line.append(f"sweep {run.outcome}{why}", "red")
    counts = (run.reported or {}).items()
    found = ", ".join(f"{number:.0f} {name}" for name, number in counts if number)
    line.append(f"sweep: {found} in {run.duration * 1e3:.0f} ms; now ", "dim")
    return line.append_text(headcount(count))


def quiet_sweeps(number: int, now: datetime, count: Headcount) -> Text:
    """Return one line about sweeps that found nobody silent."""
    words = f"{number} sweeps found nobody silent; "
    return _moment(now).append(words, "dim").append_text(headcount(count))


def status(seconds: float, sweeps: int, keep_alives: int, count: Headcount) -> Text:
    """Return the line that is kept up to date on a terminal."""
    line = Text().append(f"{seconds:8.0f} s  ", "dim").append_text(headcount(count))
    return line.append(f"  {sweeps} sweeps, {keep_alives:,} keep-alives  Ctrl-C stops", "dim")


def headcount(count: Headcount) -> Text:
    """Return how many PCs are up and down."""
    return Text.assemble(
        (f"{count.online}", "green"), " online, ", (f"{count.offline}", "red"), " offline"
    )


def _slots(ledger: Ledger) -> str:
    """Return what became of every slot of the job that was due."""
    counts = {outcome.value: getattr(ledger, outcome.value) for outcome in Outcome}
    counts["in_flight"] = ledger.in_flight
    parts = [f"{count} {name}" for name, count in counts.items() if count]
    return f"{ledger.due} due = {' + '.join(parts) or '0'}"


def _moment(at: datetime) -> Text:
    return Text().append(f"{at.astimezone():%H:%M:%S}  ", "dim")
