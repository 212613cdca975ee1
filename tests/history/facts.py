"""Runs as tests make them up."""

from datetime import UTC, datetime, timedelta

from loopjobs import Outcome, RunRecord, RunStarted

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def run(
    number: int,
    ended: float = 0.0,
    *,
    job: str = "SweepJob",
    outcome: Outcome = Outcome.SUCCEEDED,
    **more: object,
) -> RunRecord:
    """Return a run of a second that ended so many seconds after noon."""
    began = at(ended - 1)
    record = RunRecord(f"p-{number}", job, outcome, began, began, 1.0)
    for name, value in more.items():
        object.__setattr__(record, name, value)
    return record


def start(number: int, began: float = 0.0, *, job: str = "SweepJob") -> RunStarted:
    return RunStarted(job, f"p-{number}", at(began), at(began), 0.0)
