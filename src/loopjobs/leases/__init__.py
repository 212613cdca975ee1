"""One run in the cluster: where the replicas of a service keep their leases."""

from loopjobs.leases._options import LeasesOptions
from loopjobs.leases._registration import LeasesTarget, add_leases

__all__ = ["LeasesOptions", "LeasesTarget", "add_leases"]
