"""A claim was granted and the answer lost: nobody waits for a lease that nobody knows of."""

import pytest

from loopjobs import ClaimAnswer, ClaimRequest, Granted, LeaseUnavailableError, Outcome
from loopjobs.testing import MemoryLeases

from .replicas import Cluster, Wire


class LossyWire(Wire):
    """The way of a replica to the leases; it can lose the next answer to a claim."""

    def __init__(self, leases: MemoryLeases) -> None:
        super().__init__(leases)
        self.loses_next = False

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        answer = super().claim(request)
        if self.loses_next:
            self.loses_next = False
            raise LeaseUnavailableError("the answer was lost")
        return answer


class SlowWire(Wire):
    """The way of a replica to the leases; it can hold up the next claim."""

    def __init__(self, leases: MemoryLeases) -> None:
        super().__init__(leases)
        self.holds_up_next = False
        self.held_up: list[ClaimRequest] = []

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        if self.holds_up_next:
            self.holds_up_next = False
            self.held_up.append(request)
            raise LeaseUnavailableError("no answer in time")
        return super().claim(request)


async def test_the_slot_is_run_when_the_replica_asks_again() -> None:
    """Within half a second, not when the lease ends; and the grid goes on."""
    async with Cluster(0) as cluster:
        wire = LossyWire(cluster.leases)
        replica = await cluster.deploy(wire, LeaseInSeconds=300)
        await cluster.clock.advance(5)
        wire.loses_next = True
        await cluster.clock.advance(30)
        assert cluster.starts() == [0, pytest.approx(10.4, abs=0.2), 20, 30]
        ledger = replica.job.status().ledger
        assert (ledger.skipped_lease_unavailable, ledger.succeeded) == (1, 4)


async def test_other_replicas_have_the_slot_neither_late_nor_again() -> None:
    """Whoever comes while it is being given back stands back as from any other lease."""
    async with Cluster(2, LeaseInSeconds=5) as cluster:
        wire = LossyWire(cluster.leases)
        await cluster.deploy(wire, LeaseInSeconds=5)
        for _ in range(6):
            wire.loses_next = True
            await cluster.clock.advance(30)
        slots = [start // 10 for start in cluster.starts()]
        assert slots == list(range(19))


async def test_what_was_claimed_by_hand_leaves_no_slot_behind() -> None:
    """The lease goes back, and the next slot is that of the grid."""
    async with Cluster(0) as cluster:
        wire = LossyWire(cluster.leases)
        replica = await cluster.deploy(wire, LeaseInSeconds=300)
        await cluster.clock.advance(3)
        wire.loses_next = True
        record = await replica.job.trigger()
        assert record.outcome is Outcome.SKIPPED_LEASE_UNAVAILABLE
        await cluster.clock.advance(12)
        assert cluster.starts() == [0, 10]


async def test_a_claim_that_arrives_after_later_ones_keeps_nobody_from_running() -> None:
    """It gets a slot that nobody waits for, when the replica has had others since."""
    async with Cluster(0) as cluster:
        wire = SlowWire(cluster.leases)
        await cluster.deploy(wire, LeaseInSeconds=300)
        await cluster.clock.advance(5)
        wire.holds_up_next = True
        await cluster.clock.advance(14)
        cluster.leases.step(2)
        assert isinstance(cluster.leases.claim(*wire.held_up), Granted)
        await cluster.clock.advance(20)
        assert cluster.starts()[2:] == pytest.approx([20, 28, 38], abs=0.5)
