"""What is read off the jobs when somebody collects: nothing of it costs a run anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final, TypeAlias

from loopjobs import Host, JobStatus, Ledger, LoopJobOptions, Outcome
from loopjobs.health import HealthStatus, Watchdog, assess, patience
from loopjobs.telemetry import _names as names

Values: TypeAlias = Iterable[tuple[Mapping[str, str], float]]
"""Attributes beside the name of the job, and what is measured under them."""


class Kind(Enum):
    """What an instrument is, to OpenTelemetry."""

    COUNTER = auto()
    UP_DOWN_COUNTER = auto()
    GAUGE = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """One instrument that is read off a job."""

    name: str
    kind: Kind
    unit: str
    description: str
    read: Callable[[JobStatus[LoopJobOptions]], Values]


_HAND_OUTCOMES: Final = (
    Outcome.SUCCEEDED,
    Outcome.FAILED,
    Outcome.TIMED_OUT,
    Outcome.CANCELLED,
    Outcome.ABANDONED,
    Outcome.SKIPPED_RUNNING,
)
"""How a run by hand can end."""


def _runs(status: JobStatus[LoopJobOptions]) -> Values:
    yield from _entries(status.ledger, tuple(Outcome), names.BY_SCHEDULE)
    yield from _entries(status.by_hand, _HAND_OUTCOMES, names.BY_HAND)


def _entries(
    ledger: Ledger, outcomes: Iterable[Outcome], trigger: str
) -> Iterator[tuple[Mapping[str, str], float]]:
    for outcome in outcomes:
        attributes = {names.OUTCOME: outcome.value, names.TRIGGER: trigger}
        yield attributes, getattr(ledger, outcome.value)


def _in_flight(status: JobStatus[LoopJobOptions]) -> Values:
    yield {names.TRIGGER: names.BY_SCHEDULE}, status.ledger.in_flight
    yield {names.TRIGGER: names.BY_HAND}, status.by_hand.in_flight


def _health(status: JobStatus[LoopJobOptions]) -> Values:
    verdict = assess(status).status
    for each in HealthStatus:
        yield {names.STATUS: each.value}, int(each is verdict)


def _last_success(status: JobStatus[LoopJobOptions]) -> float | None:
    run = status.last_success
    if run is None or run.started_at is None:
        return None
    return (run.started_at + timedelta(seconds=run.duration)).timestamp()


def _next_due(status: JobStatus[LoopJobOptions]) -> float | None:
    return None if status.next_due_at is None else status.next_due_at.timestamp()


def _interval(status: JobStatus[LoopJobOptions]) -> float | None:
    calendar = status.options.calendar
    if calendar is None:
        return status.options.interval_in_seconds
    if status.next_due_at is None:
        return None
    return calendar.gap_at(status.next_due_at - timedelta(milliseconds=500))


def _one(
    read: Callable[[JobStatus[LoopJobOptions]], float | None],
) -> Callable[[JobStatus[LoopJobOptions]], Values]:
    def values(status: JobStatus[LoopJobOptions]) -> Values:
        value = read(status)
        return () if value is None else (({}, value),)

    return values


READINGS: Final = (
    Reading(
        "periodic.job.runs",
        Kind.COUNTER,
        "{run}",
        "Due slots and runs by hand, by what became of them.",
        _runs,
    ),
    Reading(
        "periodic.job.run.active",
        Kind.UP_DOWN_COUNTER,
        "{run}",
        "Runs in progress.",
        _in_flight,
    ),
    Reading(
        "periodic.job.run.overstayed",
        Kind.UP_DOWN_COUNTER,
        "{run}",
        "Runs that are timed out or abandoned, and whose bodies have not ended.",
        _one(lambda status: status.overstayed),
    ),
    Reading(
        "periodic.job.run.oldest_age",
        Kind.GAUGE,
        "s",
        "Age of the oldest body that has not ended; 0 without one.",
        _one(lambda status: status.running_for or 0.0),
    ),
    Reading(
        "periodic.job.last_success.timestamp",
        Kind.GAUGE,
        "s",
        "When the last run that succeeded ended, in seconds since 1970.",
        _one(_last_success),
    ),
    Reading(
        "periodic.job.next_due.timestamp",
        Kind.GAUGE,
        "s",
        "When the next slot is due, in seconds since 1970.",
        _one(_next_due),
    ),
    Reading(
        "periodic.job.interval",
        Kind.GAUGE,
        "s",
        "From slot to slot; of a calendar, to the next one.",
        _one(_interval),
    ),
    Reading(
        "periodic.job.silence",
        Kind.GAUGE,
        "s",
        "How long no run has succeeded while one was due; 0 while none is.",
        _one(lambda status: status.silent_for),
    ),
    Reading(
        "periodic.job.patience",
        Kind.GAUGE,
        "s",
        "How long that may last: three intervals, and the time that a run may take.",
        _one(patience),
    ),
    Reading(
        "periodic.job.consecutive_failures",
        Kind.GAUGE,
        "{failure}",
        "Runs that failed or timed out since the last success.",
        _one(lambda status: status.consecutive_failures),
    ),
    Reading(
        "periodic.job.enabled",
        Kind.GAUGE,
        "",
        "1, or 0 if the option Enabled is false.",
        _one(lambda status: int(status.options.enabled)),
    ),
    Reading(
        "periodic.job.paused",
        Kind.GAUGE,
        "",
        "1 while slots are skipped because somebody paused the job, otherwise 0.",
        _one(lambda status: int(status.is_paused)),
    ),
    Reading(
        "periodic.job.health",
        Kind.GAUGE,
        "",
        "1 for how well the job is, 0 for how it is not.",
        _health,
    ),
)

BLOCKAGES: Final = "periodic.event_loop.blockages"


def blockages(host: Host) -> int | None:
    """Return how often the event loop was blocked; `None` if no watchdog looks."""
    watchdog = next((each for each in host.services if isinstance(each, Watchdog)), None)
    return None if watchdog is None else watchdog.blockages
