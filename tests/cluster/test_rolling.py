"""Old and new replicas of a service side by side, as in a rolling deployment or a rollback."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from loopjobs import CancellationToken

from .replicas import Cluster, Replica


def gaps(cluster: Cluster, after: float = 0.0) -> Sequence[float]:
    """Return the seconds from start to start."""
    starts = [each.started for each in cluster.runs() if each.started >= after]
    return [later - earlier for earlier, later in pairwise(starts)]


def lines(caplog: pytest.LogCaptureFixture, word: str) -> Sequence[str]:
    """Return the messages with that word in them."""
    return [each.message for each in caplog.records if word in each.message]


async def reload(replica: Replica, **section: object) -> None:
    """Edit the settings of one replica."""
    replica.section.update(section)
    assert not await replica.host.reload_settings()


@pytest.mark.parametrize(("old", "new"), [(10, 4), (4, 10), (60, 7), (10, 0.5)])
async def test_of_two_intervals_the_shorter_is_kept_and_no_slot_is_had_twice(
    old: float, new: float
) -> None:
    """However many replicas have which."""
    async with Cluster(2, IntervalInSeconds=old) as cluster:
        await cluster.clock.advance(old + 1)
        began = cluster.clock.monotonic()
        for _ in range(2):
            await cluster.deploy(IntervalInSeconds=new)
        await cluster.clock.advance(20 * min(old, new))
        shorter = min(old, new)
        assert len(gaps(cluster, began)) >= 17
        spread = min(0.05 * shorter, 0.25) + 1e-6
        assert gaps(cluster, began + 1) == pytest.approx(
            [shorter] * len(gaps(cluster, began + 1)), abs=spread
        )


async def test_when_the_shorter_interval_is_gone_the_longer_goes_on_from_the_last_slot() -> None:
    """A rollback: nobody waits for more than an interval of its own."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(11)
        newer = await cluster.deploy(IntervalInSeconds=4)
        await cluster.clock.advance(40)
        await newer.host.stop()
        stopped = cluster.clock.monotonic()
        await cluster.clock.advance(60)
        assert gaps(cluster, stopped - 4) == pytest.approx([10.0] * 6, abs=0.3)


async def test_replicas_that_disagree_say_so_once_and_say_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With both intervals."""
    caplog.set_level("INFO", "loopjobs.leases")
    async with Cluster(1) as cluster:
        await cluster.clock.advance(11)
        newer = await cluster.deploy(IntervalInSeconds=4)
        await cluster.clock.advance(200)
        (line,) = lines(caplog, "another replica")
        assert line == (
            "sweep: another replica runs it every 4 s, this one every 10 s;"
            " until they agree the shorter interval counts"
        )
        await newer.host.stop()
        await cluster.clock.advance(75)
        assert len(lines(caplog, "another replica")) == 1
        assert lines(caplog, "any more") == [
            "sweep: no replica runs it every 4 s any more; it is run every 10 s"
        ]


async def test_the_shorter_one_says_so_when_it_was_away_for_so_long_that_the_other_had_a_slot(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Otherwise it is always first, and cannot know."""
    async with Cluster(1) as cluster:
        newer = await cluster.deploy(IntervalInSeconds=4)
        await cluster.clock.advance(9)
        newer.wire.is_cut = True
        await cluster.clock.advance(20)
        newer.wire.is_cut = False
        await cluster.clock.advance(20)
        assert [each for each in lines(caplog, "another replica") if "this one every 4 s" in each]


@pytest.mark.parametrize("interval", [4, 30])
async def test_a_new_interval_of_all_is_no_disagreement(
    caplog: pytest.LogCaptureFixture, interval: float
) -> None:
    """The slots before were had with another one; that is the past."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(12)
        for replica in cluster.replicas:
            await reload(replica, IntervalInSeconds=interval)
        await cluster.clock.advance(10 * interval)
        for replica in tuple(cluster.replicas):
            await replica.host.stop()
        await cluster.deploy(IntervalInSeconds=7)
        await cluster.clock.advance(100)
        assert not lines(caplog, "another replica")


@pytest.mark.parametrize(("old", "new"), [(10, 4), (10, 30)])
async def test_a_new_interval_counts_from_the_last_slot_and_at_once(old: float, new: float) -> None:
    """One replica after the other: a shorter one holds from the first, a longer from the last."""
    async with Cluster(2, IntervalInSeconds=old) as cluster:
        await cluster.clock.advance(2 * old + 1)
        one, other = cluster.replicas
        await reload(one, IntervalInSeconds=new)
        await cluster.clock.advance(2)
        await reload(other, IntervalInSeconds=new)
        await cluster.clock.advance(6 * new)
        assert gaps(cluster)[:2] == pytest.approx([old, old], abs=0.3)
        assert gaps(cluster)[2:6] == pytest.approx([new] * 4, abs=0.3)


async def test_while_only_one_replica_has_a_longer_interval_nothing_changes() -> None:
    """A reload that has not reached the others yet."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(21)
        await reload(cluster.replicas[0], IntervalInSeconds=30)
        await cluster.clock.advance(100)
        assert gaps(cluster) == pytest.approx([10.0] * 12, abs=0.3)


async def test_each_lease_lasts_as_long_as_its_holder_has_asked_for() -> None:
    """Whoever dies with a long lease is followed when that has ended, whatever the others have."""

    async def forever(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    async with Cluster(1, forever, LeaseInSeconds=60) as cluster:
        await cluster.clock.advance(1)
        heir = await cluster.deploy(LeaseInSeconds=5)
        cluster.replicas[0].wire.is_cut = True
        await cluster.clock.advance(53)
        assert not heir.runs
        await cluster.clock.advance(18)
        assert heir.runs


async def test_a_reload_to_a_shorter_lease_lets_calls_give_up_sooner() -> None:
    """A call that goes on for as long as it may must fit into the new lease five times."""
    async with Cluster(1) as cluster:
        await cluster.clock.advance(1)
        (replica,) = cluster.replicas
        assert set(replica.wire.timeouts) == {3.0}
        await reload(replica, LeaseInSeconds=5)
        await cluster.clock.advance(10)
        assert replica.wire.timeouts[-1] == 1.0
        assert len(replica.runs) == 2


async def test_who_runs_on_every_replica_knows_nothing_of_the_others() -> None:
    """Old replicas that have no leases run beside the one that has: deploy that apart."""
    async with Cluster(2, RunOn="EveryReplica") as cluster:
        newer = [await cluster.deploy() for _ in range(2)]
        await cluster.clock.advance(95)
        old = [len(each.runs) for each in cluster.replicas if each not in newer]
        assert old == [10, 10]
        assert sum(len(each.runs) for each in newer) == 10


async def test_where_a_job_is_disabled_it_is_not_run_and_the_others_go_on() -> None:
    """On one replica, and then on all: there is no slot to make up for but one."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(11)
        one, other = cluster.replicas
        await reload(one, Enabled=False)
        before = len(one.runs)
        await cluster.clock.advance(50)
        assert gaps(cluster) == pytest.approx([10.0] * 6, abs=0.3)
        assert len(one.runs) == before
        await reload(other, Enabled=False)
        await cluster.clock.advance(100)
        asleep = len(cluster.runs())
        await reload(one, Enabled=True)
        await cluster.clock.advance(1)
        assert len(cluster.runs()) == asleep + 1


async def test_a_job_that_is_new_begins_after_the_shortest_initial_delay() -> None:
    """Whoever asks first makes its row, and is granted the first slot."""
    cluster = Cluster(1, InitialDelayInSeconds=20)
    async with cluster:
        await cluster.deploy(InitialDelayInSeconds=5)
        await cluster.clock.advance(4.9)
        assert not cluster.runs()
        await cluster.clock.advance(31)
        assert cluster.starts() == pytest.approx([0, 10, 20, 30], abs=0.3)


async def test_the_initial_delay_of_a_new_replica_holds_up_nobody() -> None:
    """It is when that replica first asks, and moves no slot."""
    async with Cluster(1) as cluster:
        await cluster.clock.advance(11)
        newer = await cluster.deploy(InitialDelayInSeconds=33)
        await cluster.clock.advance(30)
        assert not newer.runs
        await cluster.replicas[0].host.stop()
        await cluster.clock.advance(21)
        # A slot that was due when nobody asked is made up for by one run, and the grid stays.
        assert cluster.starts() == pytest.approx([0, 10, 20, 30, 40, 50, 60], abs=4.1)
        assert cluster.starts()[-1] == pytest.approx(60, abs=0.3)


async def test_after_a_stop_of_all_the_first_slot_is_where_the_grid_has_it() -> None:
    """Not at once: that one was had."""
    async with Cluster(2) as cluster:
        await cluster.clock.advance(12)
        for replica in tuple(cluster.replicas):
            await replica.host.stop()
        for _ in range(2):
            await cluster.deploy()
        await cluster.clock.advance(20)
        assert cluster.starts() == pytest.approx([0, 10, 20, 30], abs=0.3)
