"""Several hosts in one test: replicas of a service that share their leases and the time."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    ClaimAnswer,
    ClaimRequest,
    Clock,
    CurrentRun,
    Host,
    HostBuilder,
    JobHandle,
    Lease,
    LeaseEnd,
    LeaseStoreSource,
    LeaseUnavailableError,
    LoopJobOptions,
    RunAgain,
    current_run,
)
from loopjobs.testing import EventRecorder, FakeClock, MemoryLeases

Body = Callable[[CancellationToken], Awaitable[RunAgain | None]]


class Wire:
    """The way of one replica to the leases; it can be cut."""

    def __init__(self, leases: MemoryLeases) -> None:
        self._leases = leases
        self.is_cut = False
        self.timeouts: list[float] = []
        """With which each connection was made."""

    def connect(self, timeout: float) -> Self:
        self.timeouts.append(timeout)
        self.reach().connect(timeout)
        return self

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        return self.reach().claim(request)

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        return self.reach().renew(leases)

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        self.reach().finish(lease, end)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        self.reach().set_paused(job, is_paused=is_paused)

    def close(self) -> None:
        pass

    def reach(self) -> MemoryLeases:
        if self.is_cut:
            raise LeaseUnavailableError("the wire is cut")
        return self._leases


class Replica:
    """One process of the cluster, and what its runs have noted."""

    def __init__(
        self,
        leases: MemoryLeases,
        clock: Clock,
        body: Body | None = None,
        wire: Wire | None = None,
        **options: object,
    ) -> None:
        self.runs: list[CurrentRun] = []
        self.recorder = EventRecorder()
        self.body = body or rest
        self.wire = wire or Wire(leases)
        self.section = {"IntervalInSeconds": 10, "RunOn": "OneReplica", **options}
        provider = Provider(scope=Scope.APP)
        provider.provide(lambda: self.wire, provides=LeaseStoreSource)
        builder = HostBuilder(settings_files=(), settings={"sweep": self.section}, clock=clock)
        builder.add_provider(provider).add_listener(self.recorder)
        builder.add_loop_job(self._sweep, LoopJobOptions, name="sweep")
        self.host: Host = builder.build()

    @property
    def job(self) -> JobHandle:
        """The job they all have."""
        return self.host.jobs["sweep"]

    async def _sweep(self, ct: CancellationToken) -> RunAgain | None:
        self.runs.append(current_run())
        return await self.body(ct)


class Cluster:
    """Replicas that start together; `advance` lets time pass for all of them."""

    def __init__(self, size: int = 3, body: Body | None = None, **options: object) -> None:
        self.clock = FakeClock()
        self.leases = MemoryLeases(self.clock)
        self.replicas = [
            Replica(self.leases, self.clock, body, None, **options) for _ in range(size)
        ]
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start them all."""
        for replica in self.replicas:
            await self._stack.enter_async_context(replica.host)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop them all."""
        await self._stack.__aexit__(kind, error, trace)

    async def deploy(self, wire: Wire | None = None, **options: object) -> Replica:
        """Start another replica, with options of its own."""
        replica = Replica(self.leases, self.clock, None, wire, **options)
        self.replicas.append(replica)
        await self._stack.enter_async_context(replica.host)
        return replica

    def use(self, body: Body) -> None:
        """Let all of them run that."""
        for replica in self.replicas:
            replica.body = body

    def runs(self) -> list[CurrentRun]:
        """Return the runs of all, in order of their begin."""
        return sorted(
            (run for replica in self.replicas for run in replica.runs), key=lambda run: run.started
        )

    def starts(self) -> list[float]:
        """Return when runs began, in seconds since the first of them, to the hundredth."""
        runs = self.runs()
        return [round(run.started - runs[0].started, 2) for run in runs]


async def rest(ct: CancellationToken) -> None:
    """Do nothing."""
