"""What is on its way to the lease store when a host stops, on real threads."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest
from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    ClaimAnswer,
    ClaimRequest,
    Host,
    HostBuilder,
    JobBody,
    JobState,
    Lease,
    LeaseEnd,
    LeaseStoreSource,
    LoopJobOptions,
    Outcome,
    StartError,
    SystemClock,
)
from loopjobs.testing import MemoryLeases

_SOON: Final = 5.0


class SlowLeases(MemoryLeases):
    """Leases whose claims wait until a test lets them go."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.reached = threading.Event()
        self.let_go = threading.Event()
        self.requests: list[ClaimRequest] = []
        self.ends: list[LeaseEnd] = []
        self.finished = threading.Event()

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Wait, and claim."""
        self.requests.append(request)
        self.reached.set()
        assert self.let_go.wait(_SOON)
        return super().claim(request)

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give back."""
        super().finish(lease, end)
        self.ends.append(end)
        self.finished.set()


class Claiming:
    """A host whose first claim is on its way."""

    def __init__(self, **options: object) -> None:
        self.leases = SlowLeases()
        self.runs = 0
        self.body_may_end = asyncio.Event()
        self.body_may_end.set()
        self.section = {"IntervalInSeconds": 60, "RunOn": "OneReplica", **options}
        self.host = host_on(lambda: self.leases, self._sweep, self.section)

    def pause_body(self) -> None:
        """Let runs go on until they may end."""
        self.body_may_end.clear()

    async def stop(self) -> None:
        """Stop; the claim is let go only when the loop has ended."""
        stopping = asyncio.create_task(self.host.stop())
        async with asyncio.timeout(_SOON):
            job = self.host.jobs["sweep"]
            while job.status().state is not JobState.STOPPED:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.001)
        self.leases.let_go.set()
        await stopping

    async def _sweep(self, ct: CancellationToken) -> None:
        self.runs += 1
        await self.body_may_end.wait()


def host_on(give: Callable[[], LeaseStoreSource], job: JobBody, section: object) -> Host:
    """Build a host of one job."""
    provider = Provider(scope=Scope.APP)
    provider.provide(give, provides=LeaseStoreSource)
    builder = HostBuilder(settings_files=(), settings={"sweep": section})
    builder.add_provider(provider).add_loop_job(job, LoopJobOptions, name="sweep")
    return builder.build()


@asynccontextmanager
async def claiming(**options: object) -> AsyncIterator[Claiming]:
    """Start a host, and return while its first claim is on its way."""
    at = Claiming(**options)
    await at.host.start()
    try:
        await asyncio.to_thread(at.leases.reached.wait, _SOON)
        yield at
    finally:
        at.leases.let_go.set()
        at.body_may_end.set()
        await at.host.stop()


async def test_a_stop_does_not_wait_for_a_claim_and_gives_back_what_it_gets() -> None:
    """Nothing is run, the slot stays due for the others, and the ledger has it."""
    async with claiming() as at:
        await at.stop()
    assert at.leases.finished.is_set()
    assert at.leases.ends == [LeaseEnd(Outcome.CANCELLED, next_in=0.0)]
    assert at.leases.holder_of("sweep") is None
    assert at.runs == 0
    ledger = at.host.jobs["sweep"].status().ledger
    assert ledger.due == ledger.cancelled == 1


async def test_work_that_may_run_without_a_lease_does_not_begin_after_a_stop() -> None:
    """`RunLocal` is for an outage, not for a claim that a stop has cut."""
    async with claiming(WhenLeaseUnavailable="RunLocal") as at:
        await at.stop()
    assert at.runs == 0


async def test_a_run_by_hand_whose_claim_is_cut_by_a_stop_says_so() -> None:
    """Whoever asked for it gets a record, and no error of a thread."""
    async with claiming() as at:
        by_hand = asyncio.create_task(at.host.jobs["sweep"].trigger())
        await asyncio.sleep(0)
        await at.stop()
        assert (await by_hand).outcome is Outcome.CANCELLED


async def test_a_run_by_hand_beside_a_slot_on_its_way_is_refused_as_running() -> None:
    """One of the two is enough, also where none of them needs a lease."""
    async with claiming(WhenLeaseUnavailable="RunLocal") as at:
        at.pause_body()
        by_hand = asyncio.create_task(at.host.jobs["sweep"].trigger())
        await asyncio.sleep(0)
        at.leases.is_down = True
        at.leases.let_go.set()
        async with asyncio.timeout(_SOON):
            record = await by_hand
        assert record.outcome is Outcome.SKIPPED_RUNNING
        assert at.runs == 1


async def test_a_job_that_is_disabled_while_its_claim_is_on_its_way_is_not_run() -> None:
    """Its slot is given back for those who have not read the settings yet."""
    async with claiming() as at:
        at.section["Enabled"] = False
        assert not await at.host.reload_settings()
        at.leases.let_go.set()
        await asyncio.to_thread(at.leases.finished.wait, _SOON)
        assert at.leases.ends == [LeaseEnd(Outcome.CANCELLED, next_in=0.0)]
    assert at.runs == 0
    assert at.host.jobs["sweep"].status().ledger.skipped_paused == 1


async def test_each_process_has_a_name_of_its_own_in_the_cluster() -> None:
    """Made when it first claims, so that processes forked from one host differ."""
    names = set()
    for _ in range(2):
        async with claiming() as at:
            names.add(at.leases.requests[0].holder)
    assert len(names) == 2
    assert all(f":{os.getpid()}:" in name for name in names)


async def test_a_lease_store_that_is_not_provided_fails_the_start() -> None:
    """With a word about it, and without the password."""

    def give() -> LeaseStoreSource:
        raise RuntimeError("no server at postgresql://olga:secret@db/leases")

    async def sweep(ct: CancellationToken) -> None: ...

    host = host_on(give, sweep, {"IntervalInSeconds": 60, "RunOn": "OneReplica"})
    with pytest.raises(StartError, match="the lease store was not provided") as raised:
        await host.start()
    assert "secret" not in str(raised.value)
