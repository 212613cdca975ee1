"""What the two schedulers did, or would have done, as facts in one form."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """Whose fact it is."""

    OLD = "old"
    """APScheduler."""
    LOOP = "loop"
    """The loop, or its shadow."""


class Kind(StrEnum):
    """What sort of fact it is."""

    RUN = "run"
    """There was a run, or would have been one."""
    SKIP = "skip"
    """A time passed without a run; `what` says why."""
    BEGIN = "begin"
    """That side began to look at the clock, or does so again."""
    END = "end"
    """That side looks at the clock no longer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a journal."""

    side: Side
    kind: Kind
    job: str
    """The name of the job; empty where a whole scheduler begins or ends."""
    at: datetime
    """When it was noted: of a run, its end."""
    what: str = ""
    """The outcome or the reason, as whoever noted it calls it."""
    due_at: datetime | None = None
    """When it was due; unknown of slots that a loop skipped."""
    started_at: datetime | None = None
    """When the run began; `None` if that was not seen, or if there was none."""
    seconds: float | None = None
    """How long the run took."""
    count: int = 1
    """How many slots it is about."""

    @property
    def moment(self) -> datetime:
        """When it was due, or else noted."""
        return self.due_at or self.at
