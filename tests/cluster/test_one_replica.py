"""One run per slot in the whole cluster: who runs, who stands back, who takes over."""

import asyncio
from itertools import pairwise

import pytest

from loopjobs import CancellationToken, ControlError, JobState, Outcome, SlotsSkipped

from .replicas import Cluster, Replica


async def test_each_slot_is_run_once_however_many_replicas() -> None:
    """On the grid of the store, whoever gets it."""
    async with Cluster(5) as cluster:
        await cluster.clock.advance(95)
        assert cluster.starts() == [10.0 * slot for slot in range(10)]


async def test_who_does_not_get_a_slot_enters_that_somebody_else_had_it() -> None:
    """Every slot of every replica is in its ledger."""
    async with Cluster(3) as cluster:
        await cluster.clock.advance(95)
        ledgers = [replica.job.status().ledger for replica in cluster.replicas]
        assert sum(ledger.succeeded for ledger in ledgers) == 10
        for ledger in ledgers:
            assert ledger.due == ledger.settled == 10
            assert ledger.skipped_elsewhere == 10 - ledger.succeeded


async def test_a_slot_that_another_replica_has_run_to_its_end_is_told_as_that() -> None:
    """Nobody has the lease any more, and nothing was restarted."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(5)
        skips = [
            event
            for replica in cluster.replicas
            for event in replica.recorder.events
            if isinstance(event, SlotsSkipped)
        ]
        assert [skip.why for skip in skips] == ["another replica has had it"]


async def test_each_run_has_a_higher_fencing_token_than_those_before() -> None:
    """So that a store that is told the token can tell the late from the present."""
    async with Cluster(3) as cluster:
        await cluster.clock.advance(95)
        tokens = [run.fencing_token for run in cluster.runs()]
        assert tokens == sorted(set(tokens), key=lambda token: token or 0)
        assert None not in tokens


async def test_a_lost_tick_costs_one_call_of_the_store_and_a_won_one_two() -> None:
    """A claim, and the end of the lease; nobody polls."""
    async with Cluster(3) as cluster:
        await cluster.clock.advance(5)
        before = cluster.leases.calls
        await cluster.clock.advance(100)
        assert cluster.leases.calls - before == 10 * (3 + 1)


async def test_a_run_longer_than_its_lease_keeps_it() -> None:
    """It is renewed for as long as the body goes on; nobody runs beside it."""

    async def long(ct: CancellationToken) -> None:
        await ct.sleep(64)

    async with Cluster(3, long) as cluster:
        await cluster.clock.advance(63)
        assert len(cluster.runs()) == 1
        await cluster.clock.advance(10)
        assert cluster.starts() == [0.0, 70.0]


async def test_a_replica_that_dies_is_followed_by_another_within_interval_and_lease() -> None:
    """The lease of the dead one ends by itself."""

    async def forever(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    async with Cluster(2, forever) as cluster:
        await cluster.clock.advance(1)
        (first,) = [each for each in cluster.replicas if each.runs]
        (second,) = [each for each in cluster.replicas if not each.runs]
        first.wire.is_cut = True
        await cluster.clock.advance(12.5)
        assert first.job.status().last_run is not None
        assert not second.runs
        await cluster.clock.advance(8)
        assert len(second.runs) == 1


async def test_a_stop_gives_the_lease_back_and_the_others_go_on_at_the_next_slot() -> None:
    """After the body has ended, not before."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(1)
        (first,) = [each for each in cluster.replicas if each.runs]
        await first.host.stop()
        await cluster.clock.advance(50)
        assert cluster.starts() == pytest.approx([0, 10, 20, 30, 40, 50], abs=0.3)


async def test_a_replica_that_cannot_renew_cancels_its_run_before_the_lease_ends() -> None:
    """13 of 15 seconds after the last renewal: the store lets nobody else in before 15."""

    async def forever(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    async with Cluster(1, forever) as cluster:
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        await cluster.clock.advance(11.9)
        (replica,) = cluster.replicas
        assert replica.job.status().state is JobState.RUNNING
        await cluster.clock.advance(0.2)
        record = replica.job.status().last_run
        assert record is not None
        assert record.outcome is Outcome.FAILED
        assert record.error == (
            "loopjobs._words.errors.LeaseLostError: "
            "the run has lost its lease; another replica may run now"
        )


async def test_without_the_store_nothing_runs_and_the_ledger_says_so() -> None:
    """It is asked again within seconds, and one run comes when it is back."""
    async with Cluster(3) as cluster:
        await cluster.clock.advance(5)
        cluster.leases.is_down = True
        await cluster.clock.advance(60)
        assert len(cluster.runs()) == 1
        assert all(each.job.status().ledger.skipped_lease_unavailable for each in cluster.replicas)
        cluster.leases.is_down = False
        await cluster.clock.advance(20)
        # The slot that was due all the time at once, or with the next; then the grid.
        assert len(cluster.runs()) in {3, 4}


async def test_harmless_work_may_run_without() -> None:
    """`RunLocal`: everywhere, and without a fencing token."""
    cluster = Cluster(2, WhenLeaseUnavailable="RunLocal")
    cluster.leases.is_down = True
    async with cluster:
        await cluster.clock.advance(25)
        assert [len(each.runs) for each in cluster.replicas] == [3, 3]
        assert {run.fencing_token for run in cluster.runs()} == {None}


async def test_what_is_run_without_a_lease_meanwhile_says_so_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No slot is skipped, so nothing else would tell."""
    cluster = Cluster(1, WhenLeaseUnavailable="RunLocal")
    cluster.leases.is_down = True
    async with cluster:
        await cluster.clock.advance(299)
    assert len(cluster.runs()) == 30
    told = "sweep: runs without a lease: "
    lines = [each for each in caplog.records if each.getMessage().startswith(told)]
    assert len(lines) == 5


async def test_a_pause_holds_for_the_whole_cluster_until_somebody_resumes() -> None:
    """Whoever is asked."""
    async with Cluster(3) as cluster:
        await cluster.clock.advance(1)
        first, *_, last = cluster.replicas
        await first.job.pause()
        await cluster.clock.advance(50)
        assert len(cluster.runs()) == 1
        assert {each.job.status().state for each in cluster.replicas} == {JobState.PAUSED}
        await last.job.resume()
        await cluster.clock.advance(10.5)
        assert len(cluster.runs()) >= 2
        assert not any(each.job.status().is_paused for each in cluster.replicas)


async def test_a_pause_that_cannot_be_told_to_the_cluster_is_refused() -> None:
    """Half a pause is none."""
    async with Cluster(1) as cluster:
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        with pytest.raises(ControlError, match="cannot pause job sweep in the cluster"):
            await cluster.replicas[0].job.pause()


async def test_a_run_by_hand_takes_the_lease_and_waits_for_no_slot() -> None:
    """While it goes on nobody else runs."""

    async def slow(ct: CancellationToken) -> None:
        await ct.sleep(3)

    async with Cluster(2) as cluster:
        await cluster.clock.advance(4)
        cluster.use(slow)
        one, other = cluster.replicas
        by_hand = asyncio.create_task(one.job.trigger())
        await cluster.clock.advance(1)
        refused = await other.job.trigger()
        await cluster.clock.advance(3)
        assert (await by_hand).outcome is Outcome.SUCCEEDED
        assert refused.outcome is Outcome.SKIPPED_ELSEWHERE
        await cluster.clock.advance(5)
        assert cluster.starts() == [0.0, 4.0, 10.0]


@pytest.mark.parametrize("step", [3600.0, -3600.0, -4.0])
async def test_a_step_of_the_store_s_clock_costs_a_slot_at_most(step: float) -> None:
    """The replicas go by durations, and the claim heals a slot that is too far away."""
    async with Cluster(3) as cluster:
        await cluster.clock.advance(25)
        cluster.leases.step(step)
        await cluster.clock.advance(30)
        starts = cluster.starts()
        gaps = [late - early for early, late in pairwise(starts)]
        assert max(gaps) <= 20.5
        assert min(gaps) >= 0


async def test_a_replica_of_another_interval_moves_nobody_beyond_it() -> None:
    """A rolling deployment that shortens the interval does so for all."""
    async with Cluster(1) as cluster:
        await cluster.clock.advance(1)
        newer = Replica(cluster.leases, cluster.clock, IntervalInSeconds=2)
        async with newer.host:
            await cluster.clock.advance(10)
        assert len(newer.runs) >= 4
