"""A run by hand is one of the cluster: wherever the button is, one replica runs at a time."""

import asyncio
import contextlib
import re

import httpx
import pytest

from loopjobs import (
    CancellationToken,
    ClaimAnswer,
    ClaimRequest,
    ControlError,
    Declined,
    RunRecord,
)
from loopjobs.testing import MemoryLeases
from loopjobs.web import Visitor, create_jobs_app

from .replicas import Cluster, Replica, Wire


async def slow(ct: CancellationToken) -> None:
    """Take three seconds."""
    await ct.sleep(3)


async def operator(request: object) -> Visitor:
    """Let everybody act."""
    return Visitor("ann", may_operate=True)


async def triggered_by_api(replica: Replica) -> httpx.Response:
    """Press the button of a replica, without waiting for the end."""
    jobs = create_jobs_app(replica.host, authorization=operator, title="Login")
    transport = httpx.ASGITransport(jobs)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.post(
            "/api/jobs/sweep/trigger",
            headers={"X-Loopjobs-Action": "trigger", "Origin": "http://test"},
        )


class Contested(Wire):
    """A way to leases on whose row somebody else is, so that nobody can claim."""

    def __init__(self, leases: MemoryLeases) -> None:
        super().__init__(leases)
        self.is_locked = False
        self.asked_at: list[float] = []

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        self.asked_at.append(self.reach()._clock.monotonic())
        return Declined(next_in=-1.0) if self.is_locked else super().claim(request)


async def test_while_another_replica_runs_it_is_refused_and_says_who_does() -> None:
    """The refusal is counted where the button is, and is no slot."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(4)
        cluster.use(slow)
        one, other = cluster.replicas
        running = asyncio.create_task(one.job.trigger())
        await cluster.clock.advance(1)
        refused = await other.job.trigger()
        assert (refused.outcome, refused.started_at) == ("skipped_elsewhere", None)
        assert refused.error == f"{cluster.leases.holder_of('sweep')} has the lease"
        assert other.job.status().by_hand.skipped_elsewhere == 1
        await cluster.clock.advance(3)
        assert (await running).outcome == "succeeded"


async def test_of_two_at_once_one_runs() -> None:
    """Wherever they are pressed."""
    async with Cluster(3, slow, InitialDelayInSeconds=100) as cluster:
        pressed = [asyncio.create_task(each.job.trigger()) for each in cluster.replicas]
        await cluster.clock.advance(4)
        outcomes = sorted([(await each).outcome for each in pressed])
        assert outcomes == ["skipped_elsewhere", "skipped_elsewhere", "succeeded"]
        assert len(cluster.runs()) == 1


async def test_who_meets_another_claim_in_the_same_moment_is_told_so() -> None:
    """Nobody has the lease yet whose name could be said."""
    async with Cluster(0) as cluster:
        replica = await cluster.deploy(wire := Contested(cluster.leases))
        await cluster.clock.advance(1)
        wire.is_locked = True
        refused = await replica.job.trigger()
        assert refused.outcome == "skipped_elsewhere"
        assert "another replica is claiming it" in str(refused.error)


async def test_a_paused_job_runs_by_hand_and_stays_paused() -> None:
    """For all of them."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(1)
        one, other = cluster.replicas
        await one.job.pause()
        record = await other.job.trigger()
        assert record.outcome == "succeeded"
        await cluster.clock.advance(40)
        assert len(cluster.runs()) == 2
        assert all(each.job.status().is_paused for each in cluster.replicas)


async def test_without_the_store_nothing_is_run_and_the_record_says_why() -> None:
    """A run that others could run beside is none."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        record = await cluster.replicas[0].job.trigger()
        assert record.outcome == "skipped_lease_unavailable"
        assert record.error == "the leases in memory are down"
        assert len(cluster.runs()) == 1


async def test_where_the_job_is_disabled_it_is_not_run_by_hand() -> None:
    """Another replica may have it enabled, and run it."""
    async with Cluster(1, Enabled=False) as cluster:
        enabled = await cluster.deploy()
        await cluster.clock.advance(1)
        with pytest.raises(ControlError, match="job sweep is disabled on this replica; set its"):
            await cluster.replicas[0].job.trigger()
        assert (await enabled.job.trigger()).outcome == "succeeded"


async def test_slots_go_on_as_they_were() -> None:
    """Those that fall into a long run by hand are the business of whoever runs it."""

    async def long(ct: CancellationToken) -> None:
        await ct.sleep(25)

    async with Cluster(2) as cluster:
        await cluster.clock.advance(4)
        cluster.use(long)
        pressed = asyncio.create_task(cluster.replicas[0].job.trigger())
        await cluster.clock.advance(1)
        for replica in cluster.replicas:
            replica.body = cluster.replicas[0].body if replica.runs else slow
        await cluster.clock.advance(24.5)
        assert (await pressed).outcome == "succeeded"
        assert cluster.starts() == [0.0, 4.0]
        await cluster.clock.advance(1)
        assert cluster.starts()[2:] == pytest.approx([30.0], abs=0.3)


async def test_every_replica_shows_at_its_next_slot_who_runs() -> None:
    """With the token, like a run of a slot."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(9)
        cluster.use(slow)
        pressed = asyncio.create_task(cluster.replicas[0].job.trigger())
        await cluster.clock.advance(2)
        views = [each.job.status().cluster for each in cluster.replicas]
        holder = cluster.leases.holder_of("sweep")
        assert holder is not None
        assert [view and (view.holder, view.fencing_token) for view in views] == [(holder, 2)] * 2
        assert [view and view.is_held_here for view in views] == [True, False]
        await cluster.clock.advance(3)
        assert isinstance(await pressed, RunRecord)


async def test_the_api_answers_a_refusal_at_once_and_accepts_what_is_granted() -> None:
    """Though nobody waits for the end of the run."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(4)
        cluster.use(slow)
        one, other = cluster.replicas
        accepted = asyncio.create_task(triggered_by_api(one))
        await cluster.clock.advance(1)
        assert (await accepted).status_code == 202
        refused = await triggered_by_api(other)
        run = refused.json()["run"]
        assert (refused.status_code, run["outcome"]) == (200, "skipped_elsewhere")
        assert run["error"] == f"{cluster.leases.holder_of('sweep')} has the lease"


@pytest.mark.parametrize("is_away", [False, True])
async def test_the_page_says_why_nothing_was_started(*, is_away: bool) -> None:
    """Not that a run was."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(4)
        cluster.use(slow)
        one, other = cluster.replicas
        pressed = asyncio.create_task(one.job.trigger())
        await cluster.clock.advance(1)
        cluster.leases.is_down = is_away
        jobs = create_jobs_app(other.host, authorization=operator, title="Login")
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(jobs),
            base_url="http://test",
            headers={"Sec-Fetch-Site": "same-origin"},
        ) as http:
            form = re.search(r'name="csrf" value="(\w+)"', (await http.get("/job/sweep/run")).text)
            assert form is not None
            await http.post("/job/sweep/run", data={"csrf": form[1]})
            page = (await http.get("/job/sweep")).text
        why = "the lease store did not answer" if is_away else "another replica runs the job"
        assert f"Nothing was started: {why}." in page
        cluster.leases.is_down = False
        await cluster.clock.advance(3)
        assert (await pressed).outcome == "succeeded"


async def test_a_row_that_is_locked_without_a_lease_is_looked_at_again_soon() -> None:
    """Its last holder is frozen in a fenced transaction, which the server ends before long."""
    async with Cluster(0) as cluster:
        wire = Contested(cluster.leases)
        wire.is_locked = True
        replica = await cluster.deploy(wire, IntervalInSeconds=3600)
        await cluster.clock.advance(14)
        assert len(wire.asked_at) >= 14 / 0.5
        wire.is_locked = False
        await cluster.clock.advance(0.6)
        assert len(replica.runs) == 1


async def test_a_row_that_stays_locked_is_looked_at_less_and_less() -> None:
    """Nobody polls for a transaction of hours."""
    async with Cluster(0) as cluster:
        wire = Contested(cluster.leases)
        wire.is_locked = True
        replica = await cluster.deploy(wire, IntervalInSeconds=7200)
        await cluster.clock.advance(3600)
        late = [each for each in wire.asked_at if each > wire.asked_at[0] + 1800]
        assert len(late) <= 1800 / 7
        wire.is_locked = False
        await cluster.clock.advance(15.1)
        assert len(replica.runs) == 1


@pytest.mark.parametrize("steps", range(6))
async def test_who_goes_away_while_a_run_by_hand_is_claimed_leaves_no_lease_behind(
    steps: int,
) -> None:
    """Whether the answer is on its way then, or has just come."""
    async with Cluster(1, LeaseInSeconds=300) as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(5)
        waiting = asyncio.ensure_future(replica.job.trigger())
        for _ in range(steps):
            await asyncio.sleep(0)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        await cluster.clock.advance(1)
        assert cluster.leases.holder_of("sweep") is None
