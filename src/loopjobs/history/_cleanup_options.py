"""What the cleanup of the history can be told."""

from pydantic import Field

from loopjobs import LoopJobOptions


class HistoryCleanupJobOptions(LoopJobOptions):
    """The section `HistoryCleanupJob`. Beside these it has the keys of every loop job."""

    interval_in_seconds: float = 3_600.0
    """Seconds from slot to slot. More than 0, up to ten years."""
    initial_delay_in_seconds: float = 360.0
    """Before the first tick. By then a replica that died just before has been silent for long
    enough that its runs are given up."""
    start_jitter_in_seconds: float = 60.0
    """A random share of it is added once to the initial delay, which spreads replicas."""
    retain_for_days: float = Field(default=30.0, gt=0, le=36_500)
    """How long runs and skipped slots are kept."""
    retain_failures_for_days: float = Field(default=90.0, gt=0, le=36_500)
    """How long runs that failed, timed out or were abandoned are kept."""
    max_runs_per_job: int = Field(default=10_000, ge=1, le=100_000_000)
    """How many runs of a job are kept, the newest; failures are counted apart, to the same bound,
    and so are stretches of skipped slots."""
    batch_size: int = Field(default=500, ge=1, le=100_000)
    """How many rows are deleted in one transaction."""
    batch_pause_in_milliseconds: int = Field(default=50, ge=0, le=60_000)
    """Between two batches: SQLite has one writer, and others need their turn."""
