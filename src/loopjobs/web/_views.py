"""What the page shows and the JSON API answers with: frozen facts, made anew for each look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from loopjobs import ClusterView, ShownOption


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a ledger."""

    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Spark:
    """One run in the trend of a job."""

    outcome: str
    duration: float
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunView:
    """One run that has ended."""

    run_id: str
    outcome: str
    due_at: datetime
    started_at: datetime | None
    duration: float
    error: str | None
    traceback: str | None
    """Only for operators."""
    reported: Mapping[str, float] | None
    replica: str | None
    """The process that ran it, as `host:pid`, where a list of runs tells it."""


@dataclass(frozen=True, slots=True)
class SkippedView:
    """Slots in a row that passed without a run, all for the same reason."""

    outcome: str
    count: int
    first_at: datetime
    last_at: datetime
    replica: str
    """The process whose slots they were, as `host:pid`."""


@dataclass(frozen=True, slots=True)
class CounterPoint:
    """What one run reported for one counter."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class ActionView:
    """Something that somebody did to a job."""

    at: datetime
    who: str
    action: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job at a glance."""

    name: str
    description: str
    state: str
    health: str
    reason: str
    schedule: str
    is_enabled: bool
    is_paused: bool
    next_due_at: datetime | None
    last_run: RunView | None
    last_success_at: datetime | None
    """When it ended."""
    last_success_age: float | None
    consecutive_failures: int
    running_for: float | None
    reporting: Mapping[str, float] | None
    """What the oldest run in progress has reported so far."""
    overstayed: int
    ledger: Sequence[Slice]
    due: int
    in_flight: int
    failures: int
    """Of the slots that are due, how many failed, timed out, or were abandoned."""
    duration_p50: float | None
    duration_p95: float | None
    recent: Sequence[Spark]
    """Oldest first."""
    cluster: ClusterView | None
    """What is known of the other replicas, of a job that runs on one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView(JobRow):
    """One job in detail."""

    section: str
    options: Sequence[ShownOption]
    by_hand: Sequence[Slice]
    runs: Sequence[RunView]
    """Newest first."""
    skipped: Sequence[SkippedView]
    """Newest first. Without a history there are none: a process keeps their numbers only."""
    reported_over_time: Mapping[str, Sequence[CounterPoint]]
    """By counter, oldest first."""
    actions: Sequence[ActionView]
    """Newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """All jobs of a host, those in trouble first."""

    title: str
    replica: str
    now: datetime
    status: str
    live: bool
    ready: bool
    last_blockage: str | None
    jobs: Sequence[JobRow]
