"""What PcDeleteJob can be told."""

from datetime import timedelta

from pydantic import Field, field_validator

from login.domain.retirement import RetirementRules
from login.domain.retirement_brake import RetirementBrakeRules
from login.domain.retirement_rule import RetirementAges
from login.jobs.batch_options import in_seconds, no_less_than_a_batch
from loopjobs import LoopJobOptions, RunOn, SettingsEnum

_WEEK_IN_SECONDS = 604_800
_TEN_YEARS_IN_DAYS = 3_650


class DeleteMode(SettingsEnum):
    """How PCs go."""

    TWO_PHASE = "TwoPhase"
    """Retired first, when a keep-alive still brings them back; purged after `PurgeAfterDays`."""
    HARD = "Hard"
    """Retired and purged in one run: as if `PurgeAfterDays` were 0."""


class PcDeleteJobOptions(LoopJobOptions):
    """The settings section `PcDeleteJob`."""

    interval_in_seconds: float = Field(3_600.0, ge=10, le=_WEEK_IN_SECONDS)
    """Seconds from run to run."""
    start_jitter_in_seconds: float = Field(3_600.0, ge=0, le=_WEEK_IN_SECONDS)
    """A random share of it is added to the initial delay, so that replicas do not run at once."""
    run_on: RunOn = RunOn.ONE_REPLICA
    """One replica does the work of all."""
    delete_after_days: float = Field(90.0, gt=0, le=_TEN_YEARS_IN_DAYS)
    """A PC is retired that has been offline, and was last heard, for strictly longer than this."""
    mode: DeleteMode = DeleteMode.TWO_PHASE
    """Whether PCs are retired for a while before they are purged."""
    purge_after_days: float = Field(30.0, ge=0, le=_TEN_YEARS_IN_DAYS)
    """How long a PC stays retired; 0 purges it in the run that retires it."""
    never_seen_after_days: float | None = Field(7.0, gt=0, le=_TEN_YEARS_IN_DAYS)
    """A PC that was registered for strictly longer than this and never online is retired; `None`
    keeps it."""
    batch_size: int = Field(500, ge=1, le=5_000)
    """PCs retired or purged in one transaction at the most; after one that took longer than 0.1 s
    it is fewer, down to a sixteenth."""
    max_per_run: int = Field(5_000, ge=1, le=100_000)
    """So many PCs are retired in one run, and so many purged; no less than a batch. The rest waits
    for the next run, oldest first."""
    max_delete_fraction: float = Field(0.2, gt=0, le=1)
    """More than this share of the PCs to be retired at once holds the job until the share falls or
    somebody acknowledges it; 1 is off."""
    max_delete_min_count: int = Field(50, ge=1)
    """Fewer PCs than this never hold it."""
    dry_run: bool = False
    """Whether the job only tells what it would do."""
    batch_pause_in_milliseconds: int | None = Field(None, ge=0, le=10_000)
    """The pause between two batches; by default as long as the batch took, and 100 at the most: so
    others have half of the time."""

    _check_cap = field_validator("max_per_run")(no_less_than_a_batch)

    def to_rules(self) -> RetirementRules:
        """Return them in words of the domain."""
        never_seen = self.never_seen_after_days
        return RetirementRules(
            ages=RetirementAges(
                delete_after=timedelta(days=self.delete_after_days),
                purge_after=self._purge_after(),
                never_seen_after=None if never_seen is None else timedelta(days=never_seen),
            ),
            batch_size=self.batch_size,
            max_per_run=self.max_per_run,
            pause=in_seconds(self.batch_pause_in_milliseconds),
            is_rehearsal=self.dry_run,
        )

    def to_brake_rules(self) -> RetirementBrakeRules:
        """Return when to hold, in words of the domain."""
        return RetirementBrakeRules(self.max_delete_fraction, self.max_delete_min_count)

    def _purge_after(self) -> timedelta:
        is_hard = self.mode is DeleteMode.HARD
        return timedelta() if is_hard else timedelta(days=self.purge_after_days)
