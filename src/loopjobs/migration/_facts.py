"""What another scheduler has: plain facts, as they were read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from loopjobs.migration._cron import CronTimes, Dialect, UntranslatableCronError, translate_cron
from loopjobs.migration._findings import Finding

Value: TypeAlias = str | int | float | bool | None
"""What job data may hold to become an option."""


class OverlapPolicy(StrEnum):
    """What a trigger of Quartz.NET 4 does while a run of its own still goes on.

    In the order of its numbers there, which begin with 1.
    """

    SKIP = "skip"
    BUFFER_ONE = "bufferone"
    CANCEL_PREVIOUS = "cancelprevious"
    ALLOW_ALL = "allowall"


class Scheduler(StrEnum):
    """Whose jobs they are."""

    QUARTZ = "Quartz.NET"
    HANGFIRE = "Hangfire"
    APSCHEDULER = "APScheduler"


@dataclass(frozen=True, slots=True)
class Every:
    """For ever, at one interval."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """At times of the calendar."""

    times: CronTimes
    shown: str
    """As it was written."""
    time_zone: str | None = None
    """As it was written; `None` is wherever the old scheduler ran."""


@dataclass(frozen=True, slots=True)
class Unmovable:
    """A schedule that has no counterpart."""

    shown: str
    why: str


Schedule: TypeAlias = Every | Calendar | Unmovable


def calendar_of(expression: str, dialect: Dialect, time_zone: str | None) -> Calendar | Unmovable:
    """Translate a cron expression, or say why that cannot be done."""
    try:
        times = translate_cron(expression, dialect)
    except UntranslatableCronError as error:
        return Unmovable(expression, f"the cron expression has no counterpart: {error}")
    return Calendar(times, expression, time_zone or None)


@dataclass(frozen=True, slots=True)
class OldTrigger:
    """One schedule of a job."""

    name: str
    where: str
    schedule: Schedule
    starts_in: float = 0.0
    """Seconds from the start of the scheduler to the first time."""
    starts_at: str | None = None
    ends_at: str | None = None
    misfire: str | None = None
    """The instruction by name, if it is not the default."""
    priority: int | None = None
    """If it is not the default."""
    calendar: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    is_paused: bool = False
    overlap: OverlapPolicy | None = None
    """`None` is whatever the job allows."""
    jitter: float = 0.0
    findings: tuple[Finding, ...] = ()
    """What only this scheduler can say."""


@dataclass(frozen=True, slots=True)
class OldJob:
    """One job and its schedules."""

    name: str
    where: str
    code: str
    """The class, method or function, as it was written."""
    triggers: tuple[OldTrigger, ...]
    group: str | None = None
    class_name: str | None = None
    """What to call the class, if that of the code says little."""
    description: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    unread_data: str | None = None
    """Why there is job data that was not read."""
    overlaps: bool | None = None
    """Whether two runs may go on at once; `None` if what was read does not say."""
    most_at_once: int | None = None
    keeps_data: bool = False
    recovers: bool = False
    findings: tuple[Finding, ...] = ()
    """What only this scheduler can say."""

    @property
    def identity(self) -> str:
        """How its scheduler calls it."""
        return f"{self.group}.{self.name}" if self.group else self.name


@dataclass(frozen=True, slots=True)
class OldScheduler:
    """All that was found in one place."""

    kind: Scheduler
    where: str
    jobs: tuple[OldJob, ...]
    is_clustered: bool | None = None
    """`None` if what was read does not say."""
    remarks: tuple[str, ...] = ()
    """What was not understood, or is to be read elsewhere."""
