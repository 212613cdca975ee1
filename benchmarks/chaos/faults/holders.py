"""Holders that are killed, or blocked."""

import time
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Final

from chaos import judge
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.journal import Deed, Entry
from chaos.plan import LeftOut, Work

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_GRACE: Final = 0.5
_GRACE_WITH_LOCKS: Final = 0.1
_BODY: Final = 0.3
_LONG: Final = 60.0
_SEED: Final = 26


def killed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The holder is killed somewhere in its body, and a new replica takes its place."""
    random = Random(_SEED)  # noqa: S311 - no secret
    waits: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=_BODY) as cluster:
        for _ in range(3):
            cluster.start()
        for _ in range(times):
            start = cluster.await_start(after=stage.clock.monotonic())
            time.sleep(random.uniform(0.0, _BODY / 2))
            killed_at = cluster.kill(cluster.replicas[start.replica])
            cluster.start()
            waits.append(cluster.await_start(token=start.token).at - killed_at)
            stage.advance(1)
        entries = cluster.entries()
    return [
        bounded(name, "takeover", _takeover_bound(stage), waits),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


def killed_with_outliving_lease(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Leases do not end, nor do locks: whoever is killed is not followed."""
    most = _takeover_bound(stage)
    left_alone = 0
    for _ in range(times):
        with stage.cluster(
            interval=_INTERVAL, lease=_LEASE, seconds=_LONG, left_out=LeftOut.END_OF_LEASE
        ) as cluster:
            cluster.start()
            cluster.start()
            start = cluster.await_start()
            cluster.kill(cluster.replicas[start.replica])
            left_alone += cluster.await_none(token=start.token, seconds=most)
        stage.advance(1)
    return [happened(name, times, "nobody follows in time", left_alone)]


def killed_idle(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A replica is killed at any moment while nothing runs; another one runs the next slot."""
    random = Random(_SEED)  # noqa: S311 - no secret
    with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
        for _ in range(3):
            cluster.start()
        for _ in range(times):
            start = cluster.await_start(after=stage.clock.monotonic())
            time.sleep(random.uniform(0.05, 0.9 * _INTERVAL))
            cluster.kill(cluster.replicas[start.replica])
            cluster.start()
            stage.advance(1)
        cluster.await_start(after=stage.clock.monotonic())
        entries = cluster.entries()
    gaps = [later.at - sooner.at for sooner, later in pairwise(judge.starts(entries))]
    return [
        bounded(name, "from run to run", _INTERVAL + _GRACE, gaps),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


def killed_idle_with_its_lease(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Leases are not given back when a run ends: until they end themselves, slots pass by."""
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, left_out=LeftOut.GIVING_BACK) as cluster:
        cluster.start()
        cluster.start()
        for _ in range(times):
            # A kill frees the lock where the kernel keeps one; so one lease ends before it.
            held = cluster.await_start(after=stage.clock.monotonic())
            start = cluster.await_start(token=held.token)
            cluster.kill(cluster.replicas[start.replica])
            cluster.start()
            stage.advance(1)
        cluster.await_start(after=stage.clock.monotonic())
        missed = judge.missed(cluster.entries(), _INTERVAL)
    return [happened(name, times, "slots missed", missed, times)]


def blocked_loop(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The body holds the event loop up for twice the lease; its lease is renewed all the same."""
    # A renewal must not come too late because the machine is busy: the body cannot be cancelled.
    lease = 2 * _LEASE if stage.is_quick else _LEASE
    entries = _block(stage, times, lease, LeftOut.NOTHING)
    return [counted(name, times, "runs beside another", judge.overlaps(entries))]


def blocked_renewals(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Renewals wait for the event loop: each blocked run loses its lease, and goes on."""
    entries = _block(stage, times, _LEASE, LeftOut.RENEWAL_THREAD)
    return [happened(name, times, "runs beside another", judge.overlaps(entries), times)]


def _takeover_bound(stage: Stage) -> float:
    """Return the seconds in which a killed holder is to be followed.

    Where the kernel keeps the lock it is free at once.
    """
    if stage.engine.name == "sqlite":
        return _INTERVAL + _GRACE_WITH_LOCKS
    return max(_INTERVAL, _LEASE) + _GRACE


def _block(stage: Stage, times: int, lease: float, left_out: LeftOut) -> list[Entry]:
    pace = {"interval": _INTERVAL, "lease": lease, "seconds": 2 * lease}
    with stage.cluster(**pace, work=Work.BLOCKS, left_out=left_out) as cluster:
        cluster.start()
        cluster.start()
        token = 0
        for _ in range(times):
            token = cluster.await_start(token=token).token
            stage.advance(1)
        # The last one, too, goes on beside a later one, or is followed by it.
        cluster.await_start(token=token)
        blocked = token
        cluster.await_entry(lambda entry: entry.deed is Deed.STEPPED and entry.token == blocked)
        return cluster.entries()
