"""What the endpoints can be told."""

from typing import Final

from pydantic import Field

from admin_provisioning.domain.limits import BulkJobLimits
from loopjobs import Options
from servicekit.http_server import HttpOptions

_MIB: Final = 1024 * 1024


class AdminProvisioningHttpOptions(HttpOptions):
    """The settings section `Http` of AdminProvisioning."""

    port: int = Field(8081, ge=0, le=65_535)
    """The port to listen on; 0 takes a free one."""


class BulkJobsOptions(Options):
    """The settings section `BulkJobs`."""

    max_rows: int = Field(10_000, ge=1, le=100_000)
    """How many rows a list may have."""
    max_bytes: int = Field(10 * _MIB, ge=1_024, le=100 * _MIB)
    """How large a request with a list may be."""
    max_running_per_owner: int = Field(5, ge=1, le=1_000)
    """How many jobs of one owner may be stored, wait or run at once."""
    max_uploads_per_minute: int = Field(30, ge=1, le=10_000)
    """How many lists one owner may send, to each replica of the service."""

    def to_limits(self) -> BulkJobLimits:
        """Return them in words of the domain."""
        return BulkJobLimits(self.max_rows, self.max_bytes, self.max_running_per_owner)
