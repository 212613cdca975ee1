"""What a host needs for jobs that run once in the cluster."""

from collections.abc import Mapping, Sequence
from typing import Final

from dishka import DEFAULT_COMPONENT, AsyncContainer
from dishka.entities.key import DependencyKey

from loopjobs._contracts.lease_store import LeaseStore, LeaseStoreSource
from loopjobs._host.graph import Graph
from loopjobs._host.registration import JobRegistration
from loopjobs._mechanisms.lease_terms import call_timeout
from loopjobs._words.errors import LeaseUnavailableError, Problem, StartError
from loopjobs._words.options import LoopJobOptions, RunOn
from loopjobs._words.redaction import redact

_KEY: Final = DependencyKey(LeaseStoreSource, DEFAULT_COMPONENT)


class InjectedLeases:
    """The lease store that dependency injection gives; found when the host starts."""

    def __init__(self, container: AsyncContainer) -> None:
        self._container = container
        self._source: LeaseStoreSource | None = None

    async def find(self) -> None:
        """Ask the container for it.

        Raises:
            StartError: its provider failed.
        """
        try:
            self._source = await self._container.get(LeaseStoreSource)
        except Exception as error:
            what = redact(f"{type(error).__name__}: {error}")
            raise StartError(f"the lease store was not provided: {what}") from error

    def connect(self, timeout: float) -> LeaseStore:
        """Connect to it.

        Raises:
            LeaseUnavailableError: it cannot be reached, or was not found yet.
        """
        if self._source is None:
            raise LeaseUnavailableError("the host has not started")
        return self._source.connect(timeout)


def gives_leases(graph: Graph) -> bool:
    """Whether some provider gives a lease store."""
    return graph.gives(_KEY)


def leaseless_jobs(
    jobs: Sequence[JobRegistration], options: Mapping[str, LoopJobOptions]
) -> list[Problem]:
    """Name the jobs that are to run once in the cluster; said where there is no lease store."""
    what = "OneReplica needs a lease store, and none is provided"
    remedy = "Call add_leases(builder), or provide a LeaseStoreSource, or set it to EveryReplica."
    return [
        Problem(f"{job.section}:RunOn", what, remedy)
        for job in jobs
        if job.name in options and options[job.name].run_on is RunOn.ONE_REPLICA
    ]


def shortest_call(options: Mapping[str, LoopJobOptions]) -> float:
    """Return for how many seconds a call of the store may go on, so that no lease suffers."""
    # All of them: a reload can let any job run on one replica.
    leases = [each.lease_in_seconds for each in options.values()]
    default = LoopJobOptions.model_fields["lease_in_seconds"].default
    return call_timeout(min(leases, default=default))
