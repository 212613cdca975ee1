"""Rows of a host in this process."""

from datetime import datetime, timedelta

from loopjobs import Clock, Host, JobStatus, Ledger, LoopJobOptions, Outcome, RunRecord
from loopjobs.cli._overview import JobRow, trouble_first
from loopjobs.health import assess


def rows_of(host: Host, clock: Clock) -> list[JobRow]:
    """Return how all jobs are at this moment."""
    return trouble_first(_row(job.status(), clock.now()) for job in host.jobs.values())


def _row(status: JobStatus[LoopJobOptions], now: datetime) -> JobRow:
    health, last = assess(status), status.last_run
    return JobRow(
        name=status.name,
        health=health.status,
        reason=health.reason,
        state=status.state.value,
        last_outcome=None if last is None else last.outcome.value,
        last_ended=None if last is None else (now - _end_of(last)).total_seconds(),
        next_due=_seconds(status.next_due_at, now),
        running_for=status.running_for,
        reporting=status.reporting,
        ledger=_counts(status.ledger),
        consecutive_failures=status.consecutive_failures,
    )


def _end_of(run: RunRecord) -> datetime:
    return (run.started_at or run.due_at) + timedelta(seconds=run.duration)


def _seconds(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (moment - now).total_seconds()


def _counts(ledger: Ledger) -> dict[str, int]:
    counts = {outcome.value: int(getattr(ledger, outcome.value)) for outcome in Outcome}
    return {outcome: count for outcome, count in counts.items() if count}
