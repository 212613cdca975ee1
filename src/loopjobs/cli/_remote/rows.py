"""Rows of a service far away."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from loopjobs.cli._overview import JobRow, trouble_first
from loopjobs.cli._remote.shapes import RowShape, RunShape


def rows_in(jobs: Iterable[RowShape], now: datetime) -> list[JobRow]:
    """Return how all jobs were when it was `now` at the service."""
    return trouble_first(row_in(job, now) for job in jobs)


def row_in(job: RowShape, now: datetime) -> JobRow:
    """Return how one job was."""
    last, due = job.last_run, job.next_due_at
    return JobRow(
        name=job.name,
        health=job.health,
        reason=job.reason,
        state=job.state,
        last_outcome=None if last is None else last.outcome,
        last_ended=None if last is None else (now - end_of(last)).total_seconds(),
        next_due=None if due is None else (due - now).total_seconds(),
        running_for=job.running_for,
        reporting=job.reporting,
        ledger={each.outcome: each.count for each in job.ledger},
        consecutive_failures=job.consecutive_failures,
    )


def end_of(run: RunShape) -> datetime:
    """Return when a run ended."""
    return (run.started_at or run.due_at) + timedelta(seconds=run.duration)
