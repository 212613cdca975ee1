"""What the API answers, as far as it is shown. What else is in an answer is left alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from loopjobs.health import HealthStatus


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RunShape(_Shape):
    """A run that has ended."""

    run_id: str
    outcome: str
    due_at: datetime
    started_at: datetime | None
    duration: float
    error: str | None = None
    traceback: str | None = None
    reported: Mapping[str, float] | None = None
    replica: str | None = None


class SliceShape(_Shape):
    """How many slots ended in one outcome."""

    outcome: str
    count: int


class SkippedShape(_Shape):
    """Slots in a row that had no run, all for the same reason."""

    outcome: str
    count: int
    first_at: datetime
    last_at: datetime


class ActionShape(_Shape):
    """What somebody did to a job."""

    at: datetime
    who: str
    action: str
    result: str


class OptionShape(_Shape):
    """One option as it was bound."""

    key: str
    value: str
    source: str


class ClusterShape(_Shape):
    """What is known of the other replicas."""

    is_reachable: bool | None
    heard_ago: float | None
    is_paused: bool
    holder: str | None
    is_held_here: bool
    fencing_token: int | None
    lease_left: float | None
    success_age: float | None


class RowShape(_Shape):
    """One job at one moment."""

    name: str
    description: str = ""
    health: HealthStatus
    reason: str
    state: str
    schedule: str
    next_due_at: datetime | None
    last_run: RunShape | None
    last_success_age: float | None
    consecutive_failures: int
    running_for: float | None
    reporting: Mapping[str, float] | None = None
    ledger: Sequence[SliceShape]
    cluster: ClusterShape | None = None


class JobShape(RowShape):
    """One job in detail."""

    section: str
    options: Sequence[OptionShape]
    runs: Sequence[RunShape]
    """Newest first."""
    skipped: Sequence[SkippedShape] = ()
    """Newest first."""
    actions: Sequence[ActionShape] = ()
    """Newest first."""


class OverviewShape(_Shape):
    """All jobs of a service."""

    replica: str
    now: datetime
    status: HealthStatus
    live: bool
    ready: bool
    last_blockage: str | None = None
    jobs: Sequence[RowShape]


class TriggeredShape(_Shape):
    """What became of a run by hand, as far as it was waited for."""

    run: RunShape | None = None
