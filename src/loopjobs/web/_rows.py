"""Jobs as they are shown, read from their handles."""

from collections.abc import Sequence
from dataclasses import fields

from loopjobs import JobHandle, Ledger, Outcome, ShownOption
from loopjobs.health import assess
from loopjobs.web._runs import (
    durations,
    ended_at,
    percentile,
    reported_over_time,
    run_view,
    spark,
)
from loopjobs.web._views import ActionView, JobRow, JobView, RunView, SkippedView, Slice
from loopjobs.wording import schedule


def row_of(job: JobHandle, *, with_traceback: bool = False) -> JobRow:
    """Return a job at a glance, as it is at this moment."""
    status, records = job.status(), job.history()
    health, ledger = assess(status), status.ledger
    took, last, success = durations(records), status.last_run, status.last_success
    return JobRow(
        name=job.name,
        description=job.description,
        state=status.state.value,
        health=health.status.value,
        reason=health.reason,
        schedule=schedule(status.options),
        is_enabled=status.options.enabled,
        is_paused=status.is_paused,
        next_due_at=status.next_due_at,
        last_run=None if last is None else run_view(last, with_traceback=with_traceback),
        last_success_at=None if success is None else ended_at(success),
        last_success_age=status.last_success_age,
        consecutive_failures=status.consecutive_failures,
        running_for=status.running_for,
        reporting=None if status.reporting is None else dict(status.reporting),
        overstayed=status.overstayed,
        ledger=slices(ledger),
        due=ledger.due,
        in_flight=ledger.in_flight,
        failures=ledger.failed + ledger.timed_out + ledger.abandoned,
        duration_p50=percentile(took, 0.5),
        duration_p95=percentile(took, 0.95),
        recent=[spark(record) for record in reversed(records)],
        cluster=status.cluster,
    )


def detail_of(
    job: JobHandle,
    options: Sequence[ShownOption],
    runs: Sequence[RunView],
    skipped: Sequence[SkippedView],
    actions: Sequence[ActionView],
    *,
    with_traceback: bool,
) -> JobView:
    """Return a job in detail."""
    row = row_of(job, with_traceback=with_traceback)
    return JobView(
        **{field.name: getattr(row, field.name) for field in fields(JobRow)},
        section=job.section,
        options=options,
        by_hand=slices(job.status().by_hand),
        runs=runs,
        skipped=skipped,
        reported_over_time=reported_over_time(runs),
        actions=actions,
    )


def slices(ledger: Ledger) -> list[Slice]:
    """Return the parts of a ledger that are not empty, in the order of `Outcome`."""
    counts = ((outcome.value, int(getattr(ledger, outcome.value))) for outcome in Outcome)
    return [Slice(outcome, count) for outcome, count in counts if count]
