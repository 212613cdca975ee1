"""What TokenCleanupJob can be told."""

from datetime import timedelta
from typing import Final

from pydantic import Field, field_validator

from login.domain.token_cleanup_tally import CleanupRules
from login.domain.token_retention import Retention
from login.jobs.batch_options import in_seconds, no_less_than_a_batch
from loopjobs import LoopJobOptions, RunOn

_WEEK_IN_SECONDS: Final = 604_800
_YEAR_IN_DAYS: Final = 365
_HOUR_IN_SECONDS: Final = 3_600.0
_BATCH: Final = 1_000
_BATCH_OF_ONE_WRITER: Final = 500
_PAUSE: Final = 3.0
"""Of a batch: a sign-in takes as long as two of them, and is to meet one at the most."""
_PAUSE_OF_ONE_WRITER: Final = 0.5
"""Who waits for the one writer has the next turn, however short the pause is."""
_WEAK_REUSE_DETECTION: Final = timedelta(minutes=30)


def _interval(others: dict[str, object]) -> float:
    interval = others.get("interval_in_seconds")
    return interval if isinstance(interval, float) else _HOUR_IN_SECONDS


class TokenCleanupJobOptions(LoopJobOptions):
    """The settings section `TokenCleanupJob`.

    Nobody's sign-in depends on it: who reads a token looks at its expiry. It keeps the tables
    small, and keeps for a while what explains why somebody was signed out.
    """

    interval_in_seconds: float = Field(_HOUR_IN_SECONDS, ge=10, le=_WEEK_IN_SECONDS)
    """Seconds from run to run."""
    start_jitter_in_seconds: float = Field(default_factory=_interval)
    """A random share of it delays the first run: instances do not clean in step. By default the
    interval."""
    run_on: RunOn = RunOn.ONE_REPLICA
    """One replica does the work of all."""
    batch_size: int | None = Field(None, ge=1, le=10_000)
    """Rows deleted in one transaction at the most; by default 1,000, on SQLite 500. After one that
    took longer than 0.1 s it is fewer, down to a sixteenth."""
    max_per_run: int = Field(100_000, ge=1)
    """Rows deleted in one run at the most, no less than a batch. Then the next run comes after
    `BacklogIntervalInSeconds`."""
    backlog_interval_in_seconds: float = Field(60.0, ge=1, le=_WEEK_IN_SECONDS)
    """Seconds until the next run where this one ended at the cap."""
    retain_expired_for_days: float = Field(1.0, ge=0, le=_YEAR_IN_DAYS)
    """How long expired tokens and sessions are kept."""
    retain_consumed_for_days: float | None = Field(None, ge=0, le=_YEAR_IN_DAYS)
    """How long refresh tokens are kept that were exchanged for their successors. By default until
    their session is over: the second use of such a token betrays that it was stolen."""
    retain_revoked_for_days: float = Field(7.0, ge=0, le=_YEAR_IN_DAYS)
    """How long revoked sessions are kept, and such of their tokens as have not expired."""
    batch_pause_in_milliseconds: int | None = Field(None, ge=0, le=10_000)
    """The pause between two batches; by default three times as long as the batch took, on SQLite
    half as long, and 100 at the most: so others have three quarters of the time, or a third."""
    statement_timeout_in_seconds: float = Field(10.0, ge=1, le=600)
    """A statement that takes longer is given up and tried again; on PostgreSQL only."""
    dry_run: bool = False
    """Whether to count only, and delete nothing."""

    _check_cap = field_validator("max_per_run")(no_less_than_a_batch)

    def to_rules(self, *, has_one_writer: bool) -> CleanupRules:
        """Return them in words of the domain.

        Args:
            has_one_writer: whether the store lets one writer in at a time.
        """
        batch_size = self.batch_size or (_BATCH_OF_ONE_WRITER if has_one_writer else _BATCH)
        return CleanupRules(
            retention=Retention(
                expired=timedelta(days=self.retain_expired_for_days),
                revoked=timedelta(days=self.retain_revoked_for_days),
                consumed=self._retain_consumed_for(),
            ),
            batch_size=min(batch_size, self.max_per_run),
            max_per_run=self.max_per_run,
            pause=in_seconds(self.batch_pause_in_milliseconds),
            pause_share=_PAUSE_OF_ONE_WRITER if has_one_writer else _PAUSE,
            dry_run=self.dry_run,
        )

    def complaints(self) -> list[str]:
        """Return what is allowed and still unwise."""
        consumed = self._retain_consumed_for()
        if consumed is None or consumed >= _WEAK_REUSE_DETECTION:
            return []
        minutes = consumed.total_seconds() / 60
        complaint = (
            f"RetainConsumedForDays ({self.retain_consumed_for_days:g}, that is {minutes:g} "
            "minutes) is less than 30 minutes: a stolen token that is used again later is "
            "refused, but no longer ends the session"
        )
        return [complaint]

    def _retain_consumed_for(self) -> timedelta | None:
        days = self.retain_consumed_for_days
        return None if days is None else timedelta(days=days)
