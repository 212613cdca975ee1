"""Holders that are killed, blocked, or cut off from the store."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from random import Random
from typing import Final

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted
from chaos.forwarder import Forwarder
from chaos.journal import Deed, Entry
from chaos.plan import Work
from chaos.server import through_port

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_GRACE: Final = 0.5
_BODY: Final = 0.3
_SEED: Final = 26
_LONG: Final = 60.0


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
        bounded(name, "takeover", max(_INTERVAL, _LEASE) + _GRACE, waits),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


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


def blocked_loop(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The body holds the event loop up for twice the lease; its lease is renewed all the same."""
    pace = {"interval": _INTERVAL, "lease": _LEASE, "seconds": 2 * _LEASE}
    with stage.cluster(**pace, work=Work.BLOCKS) as cluster:
        cluster.start()
        cluster.start()
        token = 0
        for _ in range(times + 1):
            token = cluster.await_start(token=token).token
            stage.advance(1)
        entries = cluster.entries()
    return [counted(name, times, "runs beside another", judge.overlaps(entries))]


def cut_off(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The connections of the holder are cut."""
    return _away(stage, name, times, is_silent=False)


def silent_network(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The connections of the holder stay, and nothing comes through."""
    return _away(stage, name, times, is_silent=True)


def _away(stage: Stage, name: str, times: int, *, is_silent: bool) -> Sequence[Figure]:
    stops: list[float] = []
    takeovers: list[float] = []
    with ExitStack() as stack:
        cluster = stack.enter_context(
            stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=_LONG)
        )
        ways: dict[str, Forwarder] = {}
        for _ in range(2):
            way = Forwarder(stage.server.socket_file)
            ways[cluster.start(url=through_port(stage.server.url, way.port)).name] = way
        # They have threads; whoever connects meanwhile waits.
        for way in ways.values():
            stack.enter_context(way)
        start = cluster.await_start()
        for _ in range(times):
            time.sleep(_LEASE / 2)
            cut_at = stage.clock.monotonic()
            way = ways[start.replica]
            if is_silent:
                way.silence()
            else:
                way.cut()
            successor = cluster.await_start(token=start.token)
            stops.append(_stopped(cluster, start).at - cut_at)
            takeovers.append(successor.at - cut_at)
            way.mend()
            start = successor
            stage.advance(1)
        entries = cluster.entries()
    return [
        bounded(name, "the run stopped", _LEASE, stops),
        bounded(name, "takeover", _LEASE + _INTERVAL + _GRACE, takeovers),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
    ]


def _stopped(cluster: Cluster, start: Entry) -> Entry:
    return cluster.await_entry(
        lambda entry: entry.deed is Deed.CANCELLED and entry.token == start.token
    )
