"""What a cleanup is told, and what it has done."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from login.domain.token_retention import Retention
from login.domain.token_search import Backlog, TokenKind

LOOK_AHEAD: Final = 5_000
"""Rows looked at in one statement, whether they can go or not: so no statement is long."""


class StoppedBy(StrEnum):
    """Why a run ended."""

    DONE = "done"
    CAP = "cap"
    STOP = "stop"
    """It was asked to."""
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CleanupRules:
    """How to clean."""

    retention: Retention = field(default_factory=Retention)
    batch_size: int = 1_000
    max_per_run: int = 100_000
    pause: float | None = None
    """Seconds between two batches; `None`: so many times as long as each takes."""
    pause_share: float = 1.0
    dry_run: bool = False
    """Whether to count only."""
    look_ahead: int = LOOK_AHEAD


@dataclass(frozen=True, slots=True)
class CleanupFailure:
    """A batch that could not be deleted, or not even be found."""

    kind: TokenKind
    error: Exception


@dataclass(slots=True)
class CleanupTally:
    """What a run has done so far; complete even if it ends early."""

    deleted: Counter[TokenKind] = field(default_factory=Counter)
    """In a dry run: what would have been deleted."""
    batches: int = 0
    skipped: int = 0
    """Found, and then in use or gone: somebody else was there first."""
    failures: list[CleanupFailure] = field(default_factory=list)
    left: Backlog | None = None
    """What can go and was left, as far as the look reaches; `None`: nobody looked."""
    stopped_by: StoppedBy = StoppedBy.ERROR
    duration: float = 0.0
    """Seconds."""

    def count_batch(self, kind: TokenKind, deleted: int, tried: int) -> None:
        """Count a batch that worked."""
        self.batches += 1
        self.deleted[kind] += deleted
        self.skipped += tried - deleted

    def failures_of(self, kind: TokenKind) -> int:
        """Return how many batches of a kind failed."""
        return sum(failure.kind is kind for failure in self.failures)
