"""What is said about a job: one run, the ledger of its slots, its present status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, NamedTuple, TypeVar

from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import JobState, Outcome

OptionsT_co = TypeVar("OptionsT_co", bound=LoopJobOptions, covariant=True)

FAILURES: Final = frozenset({Outcome.FAILED, Outcome.TIMED_OUT})
"""The outcomes that count as failures in a row."""


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One option as it was bound, fit to be shown."""

    key: str
    """Below its section and as settings files spell it, such as `IntervalInSeconds`."""
    value: str
    """Cut to 80 characters; a secret is `***`."""
    source: str
    """Where it was given: a file, an environment variable, code; or `default`."""
    is_secret: bool


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run that has ended, or an attempt by hand that was refused."""

    run_id: str
    job: str
    outcome: Outcome
    due_at: datetime
    """When the slot was due; for a run by hand, when it was asked for."""
    started_at: datetime | None
    """When the body began; `None` if it never did."""
    duration: float
    """Seconds from start to end on the monotonic clock."""
    error: str | None = None
    """`Type: message` of what the run raised, without secrets, cut to 500 characters; or why a run
    by hand was refused in the cluster: who has the lease, or what is the matter with the store."""
    traceback: str | None = None
    """Also without secrets; of a long one the begin and the end, 20,000 characters in all."""
    reported: Mapping[str, float] | None = None
    """Counters the body gave to `current_run().report(...)`."""
    fencing_token: int | None = None
    """The token of the lease the run held; `None` without a lease."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of every due slot: `due` equals the sum of the outcomes plus `in_flight`."""

    due: int = 0
    in_flight: int = 0
    succeeded: int = 0
    failed: int = 0
    timed_out: int = 0
    cancelled: int = 0
    abandoned: int = 0
    skipped_running: int = 0
    skipped_paused: int = 0
    skipped_backoff: int = 0
    skipped_elsewhere: int = 0
    skipped_lease_unavailable: int = 0
    missed: int = 0

    @property
    def settled(self) -> int:
        """The sum of all outcomes: the slots whose end is known."""
        return sum(getattr(self, outcome.value) for outcome in Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """A job of the whole cluster, as this process last heard of it from the lease store."""

    is_reachable: bool | None
    """Whether the store has answered when it was last asked; `None` before it was."""
    heard_ago: float | None
    """Seconds since its last answer; `None` before the first."""
    is_paused: bool
    """Whether the job was paused for all replicas."""
    holder: str | None
    """Who has the lease, as `host:pid:` and a word of its own; `None` if nobody is known to."""
    is_held_here: bool
    """Whether this process has it."""
    fencing_token: int | None
    """That of the last lease that is known; `None` before the first."""
    lease_left: float | None
    """Seconds that the lease still holds, unless it is renewed; `None` if nobody has one."""
    success_age: float | None
    """Seconds since a run last succeeded, on whatever replica; `None` if that is unknown."""


@dataclass(frozen=True, slots=True)
class JobStatus(Generic[OptionsT_co]):
    """A job at one moment."""

    name: str
    state: JobState
    options: OptionsT_co
    next_due_at: datetime | None
    """When the next slot is due, without its jitter; `None` if none will come."""
    last_run: RunRecord | None
    consecutive_failures: int
    healthy: bool
    ledger: Ledger
    """The slots of the schedule."""
    by_hand: Ledger
    """Runs started by `trigger()`, counted beside the schedule in the same words."""
    is_paused: bool = False
    """Whether slots are skipped; a paused job whose run still goes on has the state `running`."""
    last_success: RunRecord | None = None
    """The last run that succeeded, by hand or not, however long ago."""
    last_success_age: float | None = None
    """Seconds since the end of that run; `None` if none has succeeded."""
    silent_for: float = 0.0
    """Seconds without a success while one was due: counted from the last success, the first slot, a
    resume or a change of pace, whichever was last; 0 while none is due."""
    running_for: float | None = None
    """The age in seconds of the oldest body that has not ended; `None` without one."""
    overstayed: int = 0
    """Runs that are timed out or abandoned, and whose bodies have not ended."""
    reporting: Mapping[str, float] | None = None
    """Counters that the oldest body that has not ended has reported so far; `None` if none."""
    cluster: ClusterView | None = None
    """What is known of the other replicas; `None` unless the job runs on one of them."""

    @property
    def last_success_duration(self) -> float | None:
        """How many seconds the last run that succeeded took; `None` if none has."""
        return None if self.last_success is None else self.last_success.duration

    @property
    def last_error(self) -> str | None:
        """The error of the last run, if that failed or timed out."""
        run = self.last_run
        return None if run is None or run.outcome not in FAILURES else run.error


class JobVitals(NamedTuple):
    """The part of a `JobStatus` that says how well a job is, for whoever asks of many jobs.

    It has neither records nor ledgers, which cost more than all else.
    """

    name: str
    state: JobState
    options: LoopJobOptions
    next_due_at: datetime | None
    """When the next slot of a calendar is due; `None` without one, or if none will come."""
    consecutive_failures: int
    is_paused: bool
    last_success_age: float | None
    last_success_duration: float | None
    last_error: str | None
    silent_for: float
    running_for: float | None
    overstayed: int
    cluster: ClusterView | None
