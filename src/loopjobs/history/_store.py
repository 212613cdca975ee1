"""What is asked of a store: few verbs, each one transaction, all in one thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from loopjobs import Outcome, RunRecord, RunStarted
from loopjobs.history._views import SkippedSlots, StoredRun


@dataclass(frozen=True, slots=True)
class Stretch:
    """Skipped slots on their way to the store; it grows while nothing else comes between."""

    skip_id: str
    """Names the stretch, so that it is one row however often it is written."""
    slots: SkippedSlots


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written at once."""

    replica: str
    at: datetime
    ended: Sequence[RunRecord] = ()
    skipped: Sequence[Stretch] = ()
    begun: Sequence[RunStarted] = ()
    """Runs that go on for long enough to be worth a row of their own."""
    going_on: Sequence[str] = ()
    """Runs that have such a row and have not ended; the row is told that they are alive."""

    @property
    def has_news(self) -> bool:
        """Whether there is anything in it that the store has not heard."""
        return bool(self.ended or self.skipped or self.begun)


@dataclass(frozen=True, slots=True)
class RunInStore:
    """A run that has begun and of whose end the store has not heard."""

    run_id: str
    job: str
    replica: str
    due_at: datetime
    started_at: datetime
    seen_at: datetime
    """When its process last said that it goes on."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a list that is sorted by time, newest first; what comes after it is older."""

    at: datetime
    name: str


class HistoryStore(Protocol):
    """Keeps runs and skipped slots.

    Each verb raises `HistoryUnavailableError` while the store is away, and is tried again later:
    doing one twice is as good as once.
    """

    @property
    def place(self) -> str:
        """Where it is, as it may be logged."""
        ...

    def write(self, batch: Batch) -> None:
        """Keep all of a batch, or nothing.

        Raises:
            RowRefusedError: something of it cannot be kept.
        """
        ...

    def latest(self, job: str, limit: int, before: Position | None) -> Sequence[StoredRun]:
        """Return the last runs of a job, newest first."""
        ...

    def skipped(self, job: str, limit: int, before: Position | None) -> Sequence[SkippedSlots]:
        """Return the last skipped slots of a job, newest first."""
        ...

    def in_progress(self) -> Sequence[RunInStore]:
        """Return the runs of all processes whose end is not known."""
        ...

    def give_up(self, runs: Sequence[RunInStore]) -> None:
        """Enter runs as abandoned; the real end takes its place should it come after all."""
        ...

    def jobs(self) -> Sequence[str]:
        """Return the names of all jobs that something is known about."""
        ...

    def delete_old_runs(self, outcome: Outcome, before: datetime, limit: int) -> int:
        """Delete the oldest runs of one outcome; return how many."""
        ...

    def delete_old_skips(self, before: datetime, limit: int) -> int:
        """Delete the oldest skipped slots; return how many stretches."""
        ...

    def delete_surplus_runs(self, job: str, keep: int, limit: int, *, failures: bool) -> int:
        """Delete runs of a job, failures or the others, beyond the newest; return how many."""
        ...

    def delete_surplus_skips(self, job: str, keep: int, limit: int) -> int:
        """Delete skipped slots of a job beyond the newest; return how many stretches."""
        ...

    def close(self) -> None:
        """Let go of the connection; the next verb opens another one."""
        ...
