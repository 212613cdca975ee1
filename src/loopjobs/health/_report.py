"""What is said about the health of a host and its jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from loopjobs import JobState


class HealthStatus(StrEnum):
    """How well something is, from good to bad; `HealthStatus` of ASP.NET."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    """Something went wrong, and it may yet come right by itself."""
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Probe:
    """The answer to one question of an orchestrator: yes or no, and why."""

    passes: bool
    reason: str
    """One sentence for a person."""


@dataclass(frozen=True, slots=True)
class JobHealth:
    """How well one job is."""

    name: str
    status: HealthStatus
    reason: str
    """One sentence for a person. It names the type of an error, never its message."""
    state: JobState
    last_success_age: float | None
    """Seconds since the end of the last run that succeeded; `None` if none has."""
    consecutive_failures: int


@dataclass(frozen=True, slots=True)
class Blockage:
    """A time in which the event loop served nobody, seen from another thread."""

    began_at: datetime
    """When the first call that was not answered was made."""
    duration: float
    """Seconds until it was answered, or until now."""
    is_over: bool
    stack: str | None
    """Where the thread of the event loop was, innermost call last; `None` if it could not be seen,
    because what blocked it blocked every other thread as well."""
    place: str | None
    """The innermost call of that stack: function, file, line."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How well a host is at one moment."""

    status: HealthStatus
    """The worst of all jobs; unhealthy while the event loop is blocked, or a loop has died."""
    live: Probe
    """Whether the loops are being served."""
    ready: Probe
    """Whether the host has started and does not stop."""
    jobs: Mapping[str, JobHealth]
    """By name."""
    blockages: int
    """How often the event loop was blocked since the start; 0 without a `Watchdog`."""
    last_blockage: Blockage | None
    """The last of them, or the one in progress."""
