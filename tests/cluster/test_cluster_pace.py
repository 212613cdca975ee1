"""What a run asks for holds in the whole cluster: a backlog, a back-off, a fixed delay."""

import asyncio
import contextlib
from itertools import pairwise

import pytest

from loopjobs import CancellationToken, Lease, LeaseEnd, RunAgain, RunEnded

from .replicas import Cluster, Wire, rest


class Stubborn:
    """A body that takes no cancellation for an answer."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def __call__(self, ct: CancellationToken) -> None:
        while not self.let_go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.let_go.wait()


class MistakenWire(Wire):
    """The way to leases whose store has a mistake where it takes them back."""

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        raise KeyError(lease.job)


def critical_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the messages that wake somebody up."""
    return [each.message for each in caplog.records if each.levelname == "CRITICAL"]


async def test_a_backlog_is_run_again_soon_and_the_grid_goes_on() -> None:
    """`RunAgain` adds a run, and moves nothing."""
    backlog = [2]

    async def work(ct: CancellationToken) -> RunAgain | None:
        backlog[0] = (backlog[0] - 1) % 3
        return RunAgain(after=0.5) if backlog[0] != 2 else None

    async with Cluster(3, work) as cluster:
        await cluster.clock.advance(29)
        starts = cluster.starts()
        assert starts[:6] == pytest.approx([0, 0.5, 1, 10, 10.5, 11], abs=0.3)
        assert starts[6] == pytest.approx(20, abs=0.3)


async def test_failures_put_the_job_off_in_the_whole_cluster() -> None:
    """Nobody else steps in for a run that backs off, and the slots after it are on the grid."""

    async def fail(ct: CancellationToken) -> None:
        raise RuntimeError("no")

    async with Cluster(2, fail, MaxBackoffInSeconds=40) as cluster:
        await cluster.clock.advance(1)
        # The second failure in a row, whoever had the first, waits for 20 s.
        while len(cluster.runs()) < 2:
            await cluster.clock.advance(1)
        started = cluster.runs()[-1].started
        other_runs = len(cluster.runs())
        cluster.use(rest)
        await cluster.clock.advance(started + 19 - cluster.clock.monotonic())
        assert len(cluster.runs()) == other_runs
        await cluster.clock.advance(5)
        assert len(cluster.runs()) == other_runs + 1
        assert cluster.runs()[-1].started > started + 19
        assert all(round(start % 10, 1) % 10 <= 0.3 for start in cluster.starts())


@pytest.mark.parametrize("first", [0.003, -0.003])
async def test_a_back_off_is_no_longer_because_answers_take_a_while(first: float) -> None:
    """By each of them the grid seems to be a little sooner, or a little later."""

    async def fail(ct: CancellationToken) -> None:
        raise ValueError

    async with Cluster(1, fail, MaxBackoffInSeconds=20) as cluster:
        for turn in range(20):
            cluster.leases.step(first if turn % 2 else -first)
            await cluster.clock.advance(10)
        gaps = [later - start for start, later in pairwise(cluster.starts())]
        assert gaps == pytest.approx([10, *[20] * (len(gaps) - 1)], abs=0.6)


async def test_failures_in_a_row_are_those_of_the_cluster_on_every_replica() -> None:
    """A success elsewhere ends them here as well, and health is that of the job."""

    async def fail(ct: CancellationToken) -> None:
        raise RuntimeError("no")

    async with Cluster(2, fail) as cluster:
        await cluster.clock.advance(45)
        counts = [each.job.status().consecutive_failures for each in cluster.replicas]
        assert counts == [5, 5]
        assert not any(each.job.status().healthy for each in cluster.replicas)
        assert [run.attempt for run in cluster.runs()] == [1, 2, 3, 4, 5]
        cluster.use(rest)
        await cluster.clock.advance(20)
        assert [each.job.status().consecutive_failures for each in cluster.replicas] == [0, 0]
        recovered = [
            event.recovered_after
            for each in cluster.replicas
            for event in each.recorder.events
            if isinstance(event, RunEnded) and event.recovered_after
        ]
        assert recovered == [5]


async def test_a_fixed_delay_is_counted_from_the_end_of_the_last_run_wherever_it_was() -> None:
    """3 s of work and 10 s of rest."""

    async def slow(ct: CancellationToken) -> None:
        await ct.sleep(3)

    async with Cluster(3, slow, Pacing="FixedDelay") as cluster:
        await cluster.clock.advance(80)
        gaps = [late - early for early, late in pairwise(cluster.starts())]
        assert len(gaps) >= 5
        assert all(13 <= gap <= 13.3 for gap in gaps)


async def test_the_ledger_of_a_fixed_delay_adds_up_on_every_replica() -> None:
    """Also on those that only lose."""
    async with Cluster(3, Pacing="FixedDelay") as cluster:
        await cluster.clock.advance(95)
        for replica in cluster.replicas:
            ledger = replica.job.status().ledger
            assert ledger.due == ledger.settled + ledger.in_flight
            assert ledger.due >= 9


async def test_a_pause_holds_for_work_that_may_run_without_a_lease() -> None:
    """`RunLocal` is for an outage; that somebody paused the job is known all the same."""
    async with Cluster(1, WhenLeaseUnavailable="RunLocal") as cluster:
        await cluster.clock.advance(1)
        (replica,) = cluster.replicas
        await replica.job.pause()
        cluster.leases.is_down = True
        await cluster.clock.advance(30)
        assert len(replica.runs) == 1
        assert replica.job.status().ledger.skipped_paused == 3


async def test_a_lease_that_could_not_be_given_back_is_given_back_when_the_store_is_there() -> None:
    """An outage of seconds costs no lease of hours."""

    async def cut(ct: CancellationToken) -> None:
        replica.wire.is_cut = True

    async with Cluster(1, cut, LeaseInSeconds=3600) as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(1)
        replica.body, replica.wire.is_cut = rest, False
        await cluster.clock.advance(10)
        assert cluster.starts() == [0.0, 10.0]


async def test_a_lease_that_never_can_be_given_back_ends_by_itself() -> None:
    """A store that has a mistake there keeps nobody from running for longer than the lease."""
    async with Cluster(0) as cluster:
        await cluster.deploy(MistakenWire(cluster.leases), LeaseInSeconds=25)
        await cluster.clock.advance(120)
        gaps = [later - start for start, later in pairwise(cluster.starts())]
        assert len(gaps) >= 3
        assert all(25 <= gap <= 35 for gap in gaps)


async def test_a_lease_that_was_not_given_back_is_no_other_replica_s() -> None:
    """The ledger says that the store could not be reached, not that somebody else ran."""

    async def cut(ct: CancellationToken) -> None:
        replica.wire.is_cut = True

    async with Cluster(1, cut) as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(25)
        ledger = replica.job.status().ledger
        assert ledger.skipped_lease_unavailable >= 2
        assert ledger.skipped_elsewhere == 0


async def test_a_second_run_in_one_process_is_refused_as_running() -> None:
    """By hand beside a slot, whatever the store says."""

    async def slow(ct: CancellationToken) -> None:
        await ct.sleep(3)

    async with Cluster(1, slow, WhenLeaseUnavailable="RunLocal") as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        record = await replica.job.trigger()
        assert record.outcome == "skipped_running"
        assert len(replica.runs) == 1


async def test_a_body_that_ignores_the_loss_of_its_lease_is_reported_loudly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After the margin; and no second run follows in this process while it goes on."""
    body = Stubborn()
    async with Cluster(1, body) as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        await cluster.clock.advance(12.5)
        assert not critical_lines(caplog)
        await cluster.clock.advance(2)
        (line,) = critical_lines(caplog)
        assert "goes on without its lease" in line
        status = replica.job.status()
        assert (status.overstayed, status.ledger.failed) == (1, 1)
        body.let_go.set()


async def test_no_run_follows_a_body_that_goes_on_without_its_lease() -> None:
    """Not in the same process; what the others do cannot be helped."""
    body = Stubborn()
    async with Cluster(1, body) as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(1)
        cluster.leases.is_down = True
        await cluster.clock.advance(15)
        cluster.leases.is_down = False
        await cluster.clock.advance(30)
        assert len(replica.runs) == 1
        body.let_go.set()
        await cluster.clock.advance(10)
        assert len(replica.runs) == 2
        assert replica.job.status().ledger.failed == 1


async def test_a_job_that_was_paused_before_it_ran_on_one_replica_can_be_resumed() -> None:
    """A pause of this process does not outlive a resume of the cluster."""
    async with Cluster(1, RunOn="EveryReplica") as cluster:
        (replica,) = cluster.replicas
        await cluster.clock.advance(1)
        await replica.job.pause()
        replica.section["RunOn"] = "OneReplica"
        assert not await replica.host.reload_settings()
        await cluster.clock.advance(20)
        assert replica.job.status().is_paused
        await replica.job.resume()
        await cluster.clock.advance(10)
        assert not replica.job.status().is_paused
        assert len(replica.runs) > 1


async def test_who_hears_of_a_pause_announces_it() -> None:
    """Each replica once, whoever was asked."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(1)
        one, other = cluster.replicas
        await one.job.pause()
        await one.job.pause()
        await cluster.clock.advance(30)
        await other.job.resume()
        await cluster.clock.advance(20)
        for replica in cluster.replicas:
            told = [type(event).__name__ for event in replica.recorder.events]
            assert told.count("JobPaused") == told.count("JobResumed") == 1
