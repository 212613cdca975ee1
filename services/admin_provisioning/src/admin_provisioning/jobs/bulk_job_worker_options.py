"""What BulkJobWorker can be told."""

from datetime import timedelta

from pydantic import Field

from admin_provisioning.domain.provisioning import ProvisioningRules
from loopjobs import LoopJobOptions


class BulkJobWorkerOptions(LoopJobOptions):
    """The settings section `BulkJobWorker`."""

    interval_in_seconds: float = Field(2.0, ge=0.1, le=3_600)
    """Seconds between two looks into the queue. While jobs wait, one follows another at once."""
    max_backoff_in_seconds: float | None = Field(60.0, gt=0, le=3_600)
    """While the Login service is away, looks come ever more seldom, up to this."""
    chunk_size: int = Field(100, ge=1, le=1_000)
    """Rows whose results are written in one transaction: progress is visible that often."""
    concurrent_calls: int = Field(8, ge=1, le=100)
    """Rows that are under way at the Login service at once."""
    job_lease_in_seconds: float = Field(60.0, ge=5, le=3_600)
    """How long a job stays with a worker that is not heard of; renewed at every third of it."""
    retry_delay_in_seconds: float = Field(30.0, ge=0, le=3_600)
    """How long a job rests when the Login service was away; longer if that asks for it."""

    def to_rules(self) -> ProvisioningRules:
        """Return them in words of the domain."""
        return ProvisioningRules(
            chunk_size=self.chunk_size,
            concurrent_calls=self.concurrent_calls,
            lease=timedelta(seconds=self.job_lease_in_seconds),
            retry_delay=timedelta(seconds=self.retry_delay_in_seconds),
        )
