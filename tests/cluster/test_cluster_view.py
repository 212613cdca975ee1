"""What a person sees of a job that runs on one replica: who has the lease, and how old that is."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from loopjobs import CancellationToken, ClusterView
from loopjobs.web import Visitor, create_jobs_app

from .replicas import Cluster, Replica


async def linger(ct: CancellationToken) -> None:
    """Run for a while."""
    await ct.sleep(3)


def seen_by(replica: Replica) -> ClusterView:
    """Return what a replica knows of the others."""
    cluster = replica.job.status().cluster
    assert cluster is not None
    return cluster


def sorted_out(cluster: Cluster) -> tuple[Replica, Replica]:
    """Return who runs, and who does not."""
    (runs,) = [each for each in cluster.replicas if each.runs]
    (stands_back,) = [each for each in cluster.replicas if not each.runs]
    return runs, stands_back


async def test_a_job_of_every_replica_has_no_cluster() -> None:
    """There is nothing to know."""
    async with Cluster(1, RunOn="EveryReplica") as cluster:
        assert cluster.replicas[0].job.status().cluster is None


async def test_before_the_first_answer_nothing_is_known() -> None:
    """And nothing is made up."""
    cluster = Cluster(1, InitialDelayInSeconds=5)
    async with cluster:
        assert seen_by(cluster.replicas[0]) == ClusterView(
            is_reachable=None,
            heard_ago=None,
            is_paused=False,
            holder=None,
            is_held_here=False,
            fencing_token=None,
            lease_left=None,
            success_age=None,
        )


async def test_who_runs_and_who_does_not_name_the_same_holder() -> None:
    """The one has the lease, the other knows who."""
    async with Cluster(2, linger) as cluster:
        await cluster.clock.advance(2)
        ours, theirs = map(seen_by, sorted_out(cluster))
        assert ours.is_held_here
        assert not theirs.is_held_here
        assert ours.holder == theirs.holder == cluster.leases.holder_of("sweep")
        assert ours.fencing_token == theirs.fencing_token == 1
        # Its own eyes see it end before anybody else's: the margin.
        assert ours.lease_left == pytest.approx(11)
        assert theirs.lease_left == pytest.approx(13)
        assert theirs.heard_ago == pytest.approx(2)


async def test_a_success_anywhere_is_the_success_of_all() -> None:
    """Also of those that never run."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(10.5)
        one, other = cluster.replicas
        assert seen_by(one).success_age == pytest.approx(0.5, abs=0.3)
        await cluster.clock.advance(9)
        assert {round(seen_by(each).success_age or 0) for each in (one, other)} == {10}


async def test_a_replica_that_always_loses_is_healthy() -> None:
    """Its silence is no trouble as long as somebody runs."""
    async with Cluster(2, linger) as cluster:
        await cluster.clock.advance(1)
        _, loser = sorted_out(cluster)
        for _ in range(30):
            await cluster.clock.advance(10)
        assert loser.job.status().healthy
        assert loser.job.status().silent_for <= 20


async def test_an_outage_of_the_store_is_seen() -> None:
    """And what was known grows old."""
    async with Cluster(1) as cluster:
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        await cluster.clock.advance(25)
        seen = seen_by(cluster.replicas[0])
        assert seen.is_reachable is False
        assert seen.heard_ago == pytest.approx(26)
        assert cluster.replicas[0].job.status().silent_for >= 15


async def test_the_next_slot_is_that_of_the_cluster() -> None:
    """Whoever is asked."""
    async with Cluster(2, InitialDelayInSeconds=3) as cluster:
        await cluster.clock.advance(5)
        for replica in cluster.replicas:
            due = replica.job.status().next_due_at
            assert due is not None
            ahead = (due - cluster.clock.now()) / timedelta(seconds=1)
            assert ahead == pytest.approx(8, abs=0.3)


async def anybody(request: object) -> Visitor:
    """Let everybody look."""
    return Visitor("vera", may_operate=False)


async def test_the_page_and_the_api_say_who_has_the_lease() -> None:
    """In the row, in detail, and as JSON."""
    async with Cluster(2, linger) as cluster:
        await cluster.clock.advance(2)
        _, other = sorted_out(cluster)
        holder = cluster.leases.holder_of("sweep")
        assert holder is not None
        jobs = create_jobs_app(other.host, authorization=anybody, title="Login")
        transport = httpx.ASGITransport(jobs)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            pages = await asyncio.gather(
                *(http.get(path) for path in ("/", "/job/sweep", "/api/jobs/sweep"))
            )
    overview, detail, answer = pages
    assert f"lease held by <bdi>{holder}</bdi>" in overview.text
    assert "fencing token 1" in detail.text
    assert answer.json()["cluster"]["holder"] == holder
