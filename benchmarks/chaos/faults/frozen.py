"""Processes that are frozen for longer than their lease, and go on as if nothing had been."""

import signal
from collections.abc import Callable, Sequence
from typing import Final

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.journal import Deed, Entry
from chaos.plan import Work

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_BETWEEN: Final = 0.4
"""Seconds for which the body waits where it is to be frozen."""
_GRACE: Final = 0.5
_DONE: Final = {Deed.WROTE, Deed.REFUSED}


def without_fence(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: a holder that is frozen just before its write makes it when it wakes."""
    stale, _ = _frozen(stage, times, Work.WRITES, Deed.ABOUT_TO_WRITE)
    return [happened(name, times, "stale writes without a fence", stale)]


def with_fence(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The same with a fence in the transaction of the write."""
    stale, _ = _frozen(stage, times, Work.WRITES_FENCED, Deed.ABOUT_TO_WRITE)
    return [counted(name, times, "stale writes", stale)]


def in_transaction(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A holder is frozen in its fenced transaction: that is ended for it, and nobody waits long."""
    stale, waits = _frozen(stage, times, Work.WAITS_FENCED, Deed.FENCED)
    return [
        bounded(name, "takeover", _LEASE + _INTERVAL + _GRACE, waits),
        counted(name, times, "stale writes", stale),
    ]


def _frozen(stage: Stage, times: int, work: Work, moment: Deed) -> tuple[int, list[float]]:
    waits: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, work=work, seconds=_BETWEEN) as cluster:
        cluster.start()
        cluster.start()
        for _ in range(times):
            waits.append(_freeze_once(stage, cluster, moment))
            stage.advance(1)
        rows = stage.server.query(
            "SELECT token FROM written WHERE namespace = %s ORDER BY id", cluster.namespace
        )
    return judge.stale_writes([int(str(token)) for (token,) in rows]), waits


def _freeze_once(stage: Stage, cluster: Cluster, moment: Deed) -> float:
    """Freeze the holder until another one has written; return how long that took to start."""
    now = stage.clock.monotonic()
    reached = cluster.await_entry(lambda entry: entry.deed is moment and entry.at > now)
    replica = cluster.replicas[reached.replica]
    replica.send(signal.SIGSTOP)
    frozen_at = stage.clock.monotonic()
    try:
        successor = cluster.await_start(token=reached.token)
        _await_done(cluster, lambda entry: entry.token > reached.token)
    finally:
        replica.send(signal.SIGCONT)
    _await_done(cluster, lambda entry: entry.token == reached.token)
    return successor.at - frozen_at


def _await_done(cluster: Cluster, is_theirs: Callable[[Entry], bool]) -> None:
    cluster.await_entry(lambda entry: entry.deed in _DONE and is_theirs(entry))
