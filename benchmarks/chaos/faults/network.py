"""Holders that are cut off from the store, for long or for a moment."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Final, TypeAlias

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.forwarder import Forwarder
from chaos.journal import Deed, Entry
from chaos.plan import LeftOut
from chaos.server import through_port

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_UNHURRIED: Final = 3.0
"""Of a test: a busy machine has to get a cancelled body to its end within the margin of that."""
_BY_DEFAULT: Final = 15.0
"""The lease whose third is the shortest cut that may be noticed."""
_OF_MOMENT: Final = 6.0
_SHARE: Final = 0.3
"""Of a lease, for which the holder is cut off; a renewal is due after a third."""
_GRACE: Final = 0.5
_LONG: Final = 3_600.0
_STEPS: Final = 3
_SELDOM: Final = 0.2
_SEED: Final = 9

Ways: TypeAlias = dict[str, Forwarder]
Sever: TypeAlias = Callable[[Forwarder], None]


def cut_off(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The connections of the holder are cut."""
    return _away(stage, name, times, Forwarder.cut)


def silent_network(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The connections of the holder stay, and nothing comes through."""
    return _away(stage, name, times, Forwarder.silence)


def cut_off_and_sure(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The holder believes that it has renewed its lease, whatever the answer, and goes on."""
    return _away_and_sure(stage, name, times, Forwarder.cut)


def silent_and_sure(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The same where no answer comes at all."""
    return _away_and_sure(stage, name, times, Forwarder.silence)


def cut_for_a_moment(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The holder is cut off for less than a third of its lease, and does not lose it."""
    return [counted(name, times, "runs lost", _cut_briefly(stage, times, LeftOut.NOTHING))]


def cut_for_a_moment_and_discouraged(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A renewal that failed is not tried again: the first one costs the lease."""
    lost = _cut_briefly(stage, times, LeftOut.SECOND_TRY)
    return [happened(name, times, "runs lost", lost)]


def _away(stage: Stage, name: str, times: int, sever: Sever) -> Sequence[Figure]:
    lease = _UNHURRIED if stage.is_quick else _LEASE
    stops: list[float] = []
    takeovers: list[float] = []
    with _on_ways(stage, lease=lease) as (cluster, ways):
        start = cluster.await_start()
        for _ in range(times):
            time.sleep(lease / 2)
            cut_at = stage.clock.monotonic()
            sever(ways[start.replica])
            successor = cluster.await_start(token=start.token)
            stops.append(_await_deed(cluster, start, Deed.CANCELLED).at - cut_at)
            takeovers.append(successor.at - cut_at)
            ways[start.replica].mend()
            start = successor
            stage.advance(1)
        entries = cluster.entries()
    return [
        bounded(name, "the run stopped", lease, stops),
        bounded(name, "takeover", lease + _INTERVAL + _GRACE, takeovers),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
    ]


def _away_and_sure(stage: Stage, name: str, times: int, sever: Sever) -> Sequence[Figure]:
    beside = 0
    for _ in range(times):
        with _on_ways(stage, lease=_LEASE, left_out=LeftOut.ANSWER_TO_RENEWAL) as (cluster, ways):
            start = cluster.await_start()
            # The connection for renewals is there.
            _await_deed(cluster, start, Deed.RENEWED)
            sever(ways[start.replica])
            successor = cluster.await_start(token=start.token)
            cluster.await_steps(start.token, _STEPS, after=successor.at)
            beside += judge.overlaps(cluster.entries())
        stage.advance(1)
    return [happened(name, times, "runs beside another", beside)]


def _cut_briefly(stage: Stage, times: int, left_out: LeftOut) -> int:
    """Cut off a holder again and again; return how many runs were lost."""
    random = Random(_SEED)  # noqa: S311 - no secret
    lease = _OF_MOMENT if stage.is_quick else _BY_DEFAULT
    lost = 0
    with _on_ways(stage, lease=lease, left_out=left_out, step=_SELDOM) as (cluster, ways):
        start = cluster.await_start()
        _await_deed(cluster, start, Deed.RENEWED)
        for _ in range(times):
            # Not before the next renewal is so near that it falls into the cut.
            time.sleep(lease * random.uniform(1 / 3 - _SHARE, 1 / 3))
            ways[start.replica].cut()
            time.sleep(lease * _SHARE)
            mended_at = stage.clock.monotonic()
            ways[start.replica].mend()
            settled = _await_deed(cluster, start, Deed.RENEWED, Deed.CANCELLED, after=mended_at)
            lost += settled.deed is Deed.CANCELLED
            if settled.deed is Deed.CANCELLED:
                start = cluster.await_start(token=start.token)
                _await_deed(cluster, start, Deed.RENEWED)
            stage.advance(1)
    return lost


@contextmanager
def _on_ways(stage: Stage, **pace: object) -> Iterator[tuple[Cluster, Ways]]:
    """Start two replicas that reach the store each by a way of its own, with a body of an hour."""
    with ExitStack() as stack:
        cluster = stack.enter_context(stage.cluster(interval=_INTERVAL, seconds=_LONG, **pace))
        ways: Ways = {}
        for _ in range(2):
            way = Forwarder(stage.server.socket_file)
            ways[cluster.start(url=through_port(stage.server.url, way.port)).name] = way
        # They have threads; whoever connects meanwhile waits.
        for way in ways.values():
            stack.enter_context(way)
        yield cluster, ways


def _await_deed(cluster: Cluster, start: Entry, *deeds: Deed, after: float = 0.0) -> Entry:
    """Wait until one of these was done on behalf of a run."""
    return cluster.await_entry(
        lambda entry: entry.deed in deeds and entry.token == start.token and entry.at > after
    )
