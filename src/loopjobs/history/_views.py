"""What the history tells: runs, and slots that passed without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from loopjobs import Outcome, RunRecord


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run that has ended, of this process or another."""

    record: RunRecord
    replica: str
    """The process that ran it, as `host:pid`."""
    ended_at: datetime
    cursor: str
    """Pass it as `before` to get the runs that ended before this one."""


@dataclass(frozen=True, slots=True)
class SkippedSlots:
    """Slots in a row that passed without a run, all for the same reason."""

    job: str
    replica: str
    """The process whose slots they were, as `host:pid`."""
    outcome: Outcome
    """Why nothing ran."""
    count: int
    first_at: datetime
    last_at: datetime
    cursor: str
    """Pass it as `before` to get what was skipped before that."""


@runtime_checkable
class RunHistory(Protocol):
    """What jobs did, across replicas and restarts; injected by this type.

    A run is there as soon as it has ended, before it is in the store. While the store is away, or
    if there is none, it is what this process remembers.
    """

    @property
    def away_since(self) -> datetime | None:
        """Since when the store has not answered; `None` while it does, and if there is none."""
        ...

    async def latest(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[StoredRun]:
        """Return the last runs of a job, newest first.

        Args:
            job: Its name; of a job that nobody knows there are none.
            limit: How many at most; 0 is none.
            before: The cursor of the last run of the page before.

        Raises:
            ValueError: `limit` is negative, or `before` is no cursor.
        """
        ...

    async def skipped(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[SkippedSlots]:
        """Return the slots of a job that passed without a run, newest first; as `latest`."""
        ...
