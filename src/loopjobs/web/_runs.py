"""Runs that have ended, as they are shown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from loopjobs import Outcome, RunRecord
from loopjobs.web._views import CounterPoint, RunView, Spark


def run_view(
    record: RunRecord, *, with_traceback: bool = False, replica: str | None = None
) -> RunView:
    """Return a run as it is shown."""
    return RunView(
        run_id=record.run_id,
        outcome=record.outcome.value,
        due_at=record.due_at,
        started_at=record.started_at,
        duration=record.duration,
        error=record.error,
        traceback=record.traceback if with_traceback else None,
        reported=None if record.reported is None else dict(record.reported),
        replica=replica,
    )


def spark(record: RunRecord) -> Spark:
    """Return a run as one stroke of a trend."""
    return Spark(record.outcome.value, record.duration, record.started_at)


def ended_at(record: RunRecord) -> datetime | None:
    """Return when a run ended; `None` if it never began."""
    if record.started_at is None:
        return None
    return record.started_at + timedelta(seconds=record.duration)


def durations(records: Iterable[RunRecord]) -> list[float]:
    """Return how long the runs that succeeded took, shortest first."""
    return sorted(each.duration for each in records if each.outcome is Outcome.SUCCEEDED)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the least of the sorted values that so large a share of them does not exceed."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


def reported_over_time(runs: Sequence[RunView]) -> Mapping[str, Sequence[CounterPoint]]:
    """Return what runs, newest first, have reported: by counter, oldest first."""
    points: dict[str, list[CounterPoint]] = {}
    for run in reversed(runs):
        for counter, value in (run.reported or {}).items():
            at = run.started_at or run.due_at
            points.setdefault(counter, []).append(CounterPoint(at, value))
    return points
