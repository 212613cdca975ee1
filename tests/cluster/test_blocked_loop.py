"""A job in a thread, whose event loop is blocked, while the lease store is away."""

import threading
from typing import Final

import pytest
from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    HostBuilder,
    LeaseStoreSource,
    LoopJobOptions,
    RunOn,
    SystemClock,
)
from loopjobs.testing import MemoryLeases

_SOON: Final = 10.0


class SetClock(SystemClock):
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        """Return what it is set to."""
        return self.time


class Seen:
    """What became of the body."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.saw = threading.Event()


class PatientJob:
    """Asks from its thread whether to end."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def execute(self, ct: CancellationToken) -> None:
        """Wait until it should end."""
        self._seen.began.set()
        if ct.wait_blocking(_SOON):
            self._seen.saw.set()
        ct.raise_if_cancellation_requested()


@pytest.mark.smoke
async def test_it_learns_that_its_lease_is_lost() -> None:
    """In time, and the record says that it was that."""
    clock, seen = SetClock(), Seen()
    leases = MemoryLeases(clock)
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: leases, provides=LeaseStoreSource)
    provider.provide(lambda: seen, provides=Seen)
    settings = {"PatientJob": {"IntervalInSeconds": 60, "RunOn": RunOn.ONE_REPLICA}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    builder.add_provider(provider).add_loop_job(PatientJob, LoopJobOptions)
    async with builder.build() as host:
        while not seen.began.is_set():
            await clock.sleep(0.001)
        leases.is_down = True
        clock.time = 13.5
        # The event loop is blocked here.
        assert seen.saw.wait(_SOON)
        job = host.jobs["PatientJob"]
        while (record := job.status().last_run) is None:
            await clock.sleep(0.001)
        assert record.outcome == "failed"
        assert "LeaseLostError" in str(record.error)
