"""What BulkJobCleanup can be told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from pydantic import Field

from admin_provisioning.domain.cleanup_run import CleanupRules
from admin_provisioning.domain.retention import RetentionRule
from loopjobs import LoopJobOptions, RunOn
from servicekit.database import batch_pause

_WEEK_IN_SECONDS: Final = 604_800
_TEN_YEARS_IN_DAYS: Final = 3_650


def _interval(given: Mapping[str, object]) -> float:
    interval = given.get("interval_in_seconds")
    return interval if isinstance(interval, float) else 0.0


class BulkJobCleanupOptions(LoopJobOptions):
    """The settings section `BulkJobCleanup`."""

    interval_in_seconds: float = Field(900.0, ge=10, le=_WEEK_IN_SECONDS)
    """Seconds from run to run. A job of a lost worker is noticed at the latest after its lease,
    `ReapRunningAfterLeaseInSeconds`, and this."""
    start_jitter_in_seconds: float = Field(default_factory=_interval, ge=0, le=_WEEK_IN_SECONDS)
    """A random share of it is added to the initial delay, so that replicas do not start in chorus;
    as long as the interval, if it is not given."""
    run_on: RunOn = RunOn.ONE_REPLICA
    """One replica does the work of all."""
    retain_succeeded_for_days: float = Field(7.0, gt=0, le=_TEN_YEARS_IN_DAYS)
    """How long a job stays all of whose rows worked."""
    retain_failed_for_days: float = Field(30.0, gt=0, le=_TEN_YEARS_IN_DAYS)
    """How long a job stays that failed, or some of whose rows did."""
    retain_cancelled_for_days: float = Field(7.0, gt=0, le=_TEN_YEARS_IN_DAYS)
    """How long a job stays that was called off."""
    keep_last_per_owner: int = Field(10, ge=0, le=10_000)
    """So many of an owner's finished jobs, the newest, stay at any age; 0 is none."""
    abandon_created_after_hours: float = Field(24.0, ge=1, le=8_760)
    """A job whose rows have not come to the end by then is called off."""
    reap_running_after_lease_in_seconds: float = Field(300.0, ge=0, le=_WEEK_IN_SECONDS)
    """A running job whose lease ended so long ago has lost its worker."""
    max_attempts: int = Field(3, ge=1, le=100)
    """After so many lost workers a job has failed; before that it is queued again."""
    job_batch_size: int = Field(100, ge=1, le=1_000)
    """Jobs that are looked at, or changed, by one statement."""
    item_batch_size: int = Field(5_000, ge=1, le=20_000)
    """Rows deleted in one transaction."""
    max_items_per_run: int = Field(500_000, ge=1)
    """Rows deleted in one run at the most; the rest waits for the next run."""
    orphan_file_cooldown_in_hours: float = Field(24.0, ge=1, le=8_760)
    """A file that belongs to no job stays so long: its job may be just about to be written."""
    archive_retained_for_days: float = Field(180.0, ge=1, le=_TEN_YEARS_IN_DAYS)
    """How long it is remembered that a job was removed."""
    batch_pause_in_milliseconds: int | None = Field(None, ge=0, le=10_000)
    """A pause between batches, in which others write; by default 50 on SQLite, else 0."""
    dry_run: bool = False
    """Whether a run only says what it would do."""

    def to_rules(self, *, is_sqlite: bool) -> CleanupRules:
        """Return them in words of the domain."""
        return CleanupRules(
            retention=RetentionRule(
                succeeded=timedelta(days=self.retain_succeeded_for_days),
                failed=timedelta(days=self.retain_failed_for_days),
                cancelled=timedelta(days=self.retain_cancelled_for_days),
                keep_last_per_owner=self.keep_last_per_owner,
            ),
            abandon_created_after=timedelta(hours=self.abandon_created_after_hours),
            reap_running_after_lease=timedelta(seconds=self.reap_running_after_lease_in_seconds),
            max_attempts=self.max_attempts,
            job_batch_size=self.job_batch_size,
            item_batch_size=self.item_batch_size,
            max_items_per_run=self.max_items_per_run,
            orphan_file_cooldown=timedelta(hours=self.orphan_file_cooldown_in_hours),
            archive_retained_for=timedelta(days=self.archive_retained_for_days),
            dry_run=self.dry_run,
            batch_pause=batch_pause(self.batch_pause_in_milliseconds, is_sqlite=is_sqlite),
        )

    def complaints(self) -> list[str]:
        """Return what is allowed and still unwise."""
        if self.retain_failed_for_days >= self.retain_succeeded_for_days:
            return []
        complaint = (
            f"RetainFailedForDays ({self.retain_failed_for_days:g}) is less than "
            f"RetainSucceededForDays ({self.retain_succeeded_for_days:g}): what went wrong is "
            "forgotten before what went well"
        )
        return [complaint]
