"""Faults that must not change which slots are run: none, skewed clocks, restarts one by one."""

import time
from collections.abc import Sequence
from typing import Final

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, Kind, counted, happened
from chaos.journal import Deed, Entry
from chaos.plan import LeftOut

_REPLICAS: Final = 5
_OFTEN: Final = 0.1
_SKEWED: Final = 0.2
_ROLLING: Final = 0.5
_SHARE: Final = 0.01
_HOUR: Final = 3_600.0


def many_replicas(
    stage: Stage, name: str, times: int, *, url: str | None = None
) -> Sequence[Figure]:
    """Nothing goes wrong; five replicas come for each slot.

    Args:
        stage: Where it happens.
        name: Of the fault.
        times: How many slots.
        url: Another way to the leases.
    """
    with stage.cluster(interval=_OFTEN) as cluster:
        for _ in range(_REPLICAS):
            cluster.start(url=url or stage.url)
        return _watched(stage, name, cluster, times, _OFTEN)


def skewed_clocks(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """An hour ahead, an hour behind, too fast, too slow, and right."""
    with stage.cluster(interval=_SKEWED) as cluster:
        for ahead, rate in ((_HOUR, 1.0), (-_HOUR, 1.0), (0.0, 1.05), (0.0, 0.95), (0.0, 1.0)):
            cluster.start(ahead=ahead, rate=rate)
        return _watched(stage, name, cluster, times, _SKEWED)


def locks_alone(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Whoever gets the lock runs, as with locks everywhere: each slot several times."""
    with stage.cluster(interval=_OFTEN, left_out=LeftOut.SLOTS) as cluster:
        for _ in range(_REPLICAS):
            cluster.start()
        return _doubled(stage, name, cluster, times, _OFTEN)


def clocks_of_replicas(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Each goes by its own clock: one that is ahead runs what others have run.

    Both are: if one of them were right, and always second, nobody would run its slots again.
    """
    with stage.cluster(interval=_SKEWED, left_out=LeftOut.CLOCK_OF_STORE) as cluster:
        cluster.start(ahead=_HOUR)
        cluster.start(ahead=2 * _HOUR)
        # Those that one runs while the other is on its way have nobody to run them again.
        cluster.await_all(Deed.STARTED)
        return _doubled(stage, name, cluster, times, _SKEWED)


def rolling_restart(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Replicas are asked to end, one after the other, each after a new one has started."""
    entries = _restart(stage, times, LeftOut.NOTHING)
    ideal = judge.ideal(entries, _ROLLING)
    return [
        counted(name, ideal, "slots missed", judge.missed(entries, _ROLLING), Kind.PACE),
        counted(name, ideal, "slots run twice", judge.doubles(entries, _ROLLING)),
    ]


def rolling_restart_with_leases(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Those that end do not give their leases back: nobody has a slot until these end."""
    missed = judge.missed(_restart(stage, times, LeftOut.GIVING_BACK), _ROLLING)
    return [happened(name, times, "slots missed", missed, times // 2)]


def _restart(stage: Stage, times: int, left_out: LeftOut) -> list[Entry]:
    """Restart replicas until there were so many runs."""
    with stage.cluster(interval=_ROLLING, seconds=_ROLLING / 5, left_out=left_out) as cluster:
        cluster.start()
        cluster.start()
        while (run := len(judge.starts(cluster.entries()))) < times:
            oldest = next(iter(cluster.replicas.values()))
            cluster.start()
            cluster.stop(oldest)
            cluster.await_start(after=stage.clock.monotonic())
            stage.advance(len(judge.starts(cluster.entries())) - run)
        return cluster.entries()


def _doubled(
    stage: Stage, name: str, cluster: Cluster, times: int, interval: float
) -> Sequence[Figure]:
    last = len(judge.starts(cluster.entries())) + times
    while (run := len(judge.starts(cluster.entries()))) < last:
        cluster.await_start(after=stage.clock.monotonic())
        stage.advance(len(judge.starts(cluster.entries())) - run)
    doubles = judge.doubles(cluster.entries(), interval)
    return [happened(name, run, "slots run twice", doubles, times // 4)]


def _watched(
    stage: Stage, name: str, cluster: Cluster, times: int, interval: float
) -> Sequence[Figure]:
    run = 0
    while run < times:
        time.sleep(min(1.0, times * interval))
        cluster.await_start(after=stage.clock.monotonic())
        now = len(judge.starts(cluster.entries()))
        stage.advance(now - run)
        run = now
    entries = cluster.entries()
    ideal = judge.ideal(entries, interval)
    share = len(judge.slots_run(entries)) / ideal
    return [
        counted(name, run, "slots run twice", judge.doubles(entries, interval)),
        Figure(
            name,
            ideal,
            "runs per slot 0.99 to 1.01",
            f"{share:.3f}",
            is_met=abs(share - 1) <= _SHARE,
            kind=Kind.PACE,
        ),
    ]
