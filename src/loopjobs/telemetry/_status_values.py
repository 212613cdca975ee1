"""What is measured of a job, told from its status."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Final, TypeAlias

from loopjobs import JobStatus, Ledger, LoopJobOptions, Outcome
from loopjobs.health import HealthStatus, assess
from loopjobs.telemetry import _names as names

Status: TypeAlias = JobStatus[LoopJobOptions]

_OUTCOMES: Final = tuple(Outcome)
_HAND_OUTCOMES: Final = (
    Outcome.SUCCEEDED,
    Outcome.FAILED,
    Outcome.TIMED_OUT,
    Outcome.CANCELLED,
    Outcome.ABANDONED,
    Outcome.SKIPPED_RUNNING,
)
"""How a run by hand can end."""

_counts_of_slots: Final[Callable[[Ledger], tuple[int, ...]]] = attrgetter(*_OUTCOMES)
_counts_by_hand: Final[Callable[[Ledger], tuple[int, ...]]] = attrgetter(*_HAND_OUTCOMES)

RUN_CELLS: Final = [
    *({names.OUTCOME: each.value, names.TRIGGER: names.BY_SCHEDULE} for each in _OUTCOMES),
    *({names.OUTCOME: each.value, names.TRIGGER: names.BY_HAND} for each in _HAND_OUTCOMES),
]
FLIGHT_CELLS: Final = [{names.TRIGGER: each} for each in (names.BY_SCHEDULE, names.BY_HAND)]
HEALTH_CELLS: Final = [{names.STATUS: each.value} for each in HealthStatus]


def runs(status: Status) -> Sequence[float]:
    """Return how many slots and runs by hand came to which end."""
    return _counts_of_slots(status.ledger) + _counts_by_hand(status.by_hand)


def in_flight(status: Status) -> Sequence[float]:
    """Return how many runs are in progress."""
    return status.ledger.in_flight, status.by_hand.in_flight


def health(status: Status) -> Sequence[float]:
    """Return 1 for how well the job is."""
    verdict = assess(status).status
    return [int(each is verdict) for each in HealthStatus]


def last_success(status: Status) -> float | None:
    """Return when the last run that succeeded ended."""
    run = status.last_success
    if run is None or run.started_at is None:
        return None
    return (run.started_at + timedelta(seconds=run.duration)).timestamp()


def next_due(status: Status) -> float | None:
    """Return when the next slot is due."""
    return None if status.next_due_at is None else status.next_due_at.timestamp()


def interval(status: Status) -> float | None:
    """Return the seconds from slot to slot; of a calendar, to the next one."""
    calendar = status.options.calendar
    if calendar is None:
        return status.options.interval_in_seconds
    if status.next_due_at is None:
        return None
    return calendar.gap_at(status.next_due_at - timedelta(milliseconds=500))


def one(read: Callable[[Status], float | None]) -> Callable[[Status], Sequence[float]]:
    """Read one value, which there may not be."""

    def values(status: Status) -> Sequence[float]:
        value = read(status)
        return () if value is None else (value,)

    return values
