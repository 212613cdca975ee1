"""What is read off the jobs when somebody collects: nothing of it costs a run anything."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from loopjobs import Host
from loopjobs.health import Watchdog, patience
from loopjobs.telemetry import _names as names
from loopjobs.telemetry._breaks import with_breaks
from loopjobs.telemetry._families import Family, Kind, Row
from loopjobs.telemetry._status_values import (
    FLIGHT_CELLS,
    HEALTH_CELLS,
    RUN_CELLS,
    Status,
    health,
    in_flight,
    interval,
    last_success,
    next_due,
    one,
    runs,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One family that is read off the status of each job."""

    family: Family
    read: Callable[[Status], Sequence[float]]
    """Returns a value for each cell, or none at all."""


def _reading(
    name: str,
    kind: Kind,
    unit: str,
    description: str,
    read: Callable[[Status], Sequence[float]],
    cells: Sequence[Mapping[str, str]] = ({},),
) -> Reading:
    return Reading(Family(name, kind, unit, description, (names.JOB,), cells), read)


READINGS: Final = (
    _reading(
        "periodic.job.runs",
        Kind.COUNTER,
        "{run}",
        "Due slots and runs by hand, by what became of them.",
        runs,
        RUN_CELLS,
    ),
    _reading(
        "periodic.job.run.active",
        Kind.UP_DOWN_COUNTER,
        "{run}",
        "Runs in progress.",
        in_flight,
        FLIGHT_CELLS,
    ),
    _reading(
        "periodic.job.run.overstayed",
        Kind.UP_DOWN_COUNTER,
        "{run}",
        "Runs that are timed out or abandoned, and whose bodies have not ended.",
        one(lambda status: status.overstayed),
    ),
    _reading(
        "periodic.job.run.oldest_age",
        Kind.GAUGE,
        "s",
        "Age of the oldest body that has not ended; 0 without one.",
        one(lambda status: status.running_for or 0.0),
    ),
    _reading(
        "periodic.job.last_success.timestamp",
        Kind.GAUGE,
        "s",
        "When the last run that succeeded ended, in seconds since 1970.",
        one(last_success),
    ),
    _reading(
        "periodic.job.next_due.timestamp",
        Kind.GAUGE,
        "s",
        "When the next slot is due, in seconds since 1970.",
        one(next_due),
    ),
    _reading(
        "periodic.job.interval",
        Kind.GAUGE,
        "s",
        "From slot to slot; of a calendar, to the next one.",
        one(interval),
    ),
    _reading(
        "periodic.job.silence",
        Kind.GAUGE,
        "s",
        "How long no run has succeeded while one was due; 0 while none is.",
        one(lambda status: status.silent_for),
    ),
    _reading(
        "periodic.job.patience",
        Kind.GAUGE,
        "s",
        "How long that may last: three intervals, and the time that a run may take.",
        one(patience),
    ),
    _reading(
        "periodic.job.consecutive_failures",
        Kind.GAUGE,
        "{failure}",
        "Runs that failed or timed out since the last success.",
        one(lambda status: status.consecutive_failures),
    ),
    _reading(
        "periodic.job.enabled",
        Kind.GAUGE,
        "",
        "1, or 0 if the option Enabled is false.",
        one(lambda status: int(status.options.enabled)),
    ),
    _reading(
        "periodic.job.paused",
        Kind.GAUGE,
        "",
        "1 while slots are skipped because somebody paused the job, otherwise 0.",
        one(lambda status: int(status.is_paused)),
    ),
    _reading(
        "periodic.job.health",
        Kind.GAUGE,
        "",
        "1 for how well the job is, 0 for how it is not.",
        health,
        HEALTH_CELLS,
    ),
)

BLOCKAGES: Final = Family(
    "periodic.event_loop.blockages",
    Kind.COUNTER,
    "{blockage}",
    "How often the event loop was blocked.",
    (),
)


def read_off(host: Host) -> Iterator[tuple[Family, Iterator[Row]]]:
    """Ask each job how it is, once, and tell all families of it."""
    seen = [job.status() for job in with_breaks(host.jobs.values())]
    for reading in READINGS:
        yield reading.family, _rows(reading, seen)


def blockages(host: Host) -> Iterator[tuple[Family, Sequence[Row]]]:
    """Tell how often the event loop was blocked, if a watchdog looks."""
    watchdog = next((each for each in host.services if isinstance(each, Watchdog)), None)
    if watchdog is not None:
        yield BLOCKAGES, [((), (watchdog.blockages,))]


def _rows(reading: Reading, seen: Sequence[Status]) -> Iterator[Row]:
    for status in seen:
        values = reading.read(status)
        if values:
            yield (status.name,), values
