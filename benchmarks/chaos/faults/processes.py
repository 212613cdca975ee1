"""Processes that do not end, or that came to be by a fork."""

import signal
from collections.abc import Sequence
from typing import Final

from chaos import judge
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.journal import Deed, Entry
from chaos.plan import LeftOut, Work

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_UNHURRIED: Final = 2.0
"""Of a test: a renewal must not come too late because the machine is busy."""
_SHUTDOWN: Final = 1.0
_CANCELLING: Final = 5.0
"""Seconds that a host gives a cancelled body before it goes without it."""
_GRACE: Final = 1.0
_FORKED: Final = 2


def deaf_to_cancellation(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The body goes on when it is cancelled: the process ends, and keeps the lease until then."""
    lease = _UNHURRIED if stage.is_quick else _LEASE
    ends: list[float] = []
    beside = 0
    for _ in range(times):
        entries, seconds = _end_deaf(stage, lease, LeftOut.NOTHING)
        ends.append(seconds)
        beside += judge.overlaps(entries)
        stage.advance(1)
    return [
        bounded(name, "the process ended", _SHUTDOWN + _CANCELLING + _GRACE, ends),
        counted(name, times, "runs beside another", beside),
    ]


def deaf_without_its_lease(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The lease is given back when the host is asked to end: the body runs beside another one."""
    beside = 0
    for _ in range(times):
        entries, _ = _end_deaf(stage, _LEASE, LeftOut.LEASE_UNTIL_END_OF_BODY)
        beside += judge.overlaps(entries)
        stage.advance(1)
    return [happened(name, times, "runs beside another", beside)]


def forked_when_built(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Two replicas are forked from one process that has built the host; each is itself."""
    shared, entries = _fork(stage, times, LeftOut.NOTHING)
    return [
        counted(name, times, "names of two processes", shared),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


def forked_with_one_name(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """They go by the name of the machine, as is common: two have one, and nobody can tell who ran.

    It costs no slot here, for the store tells leases by their tokens as well.
    """
    shared, _ = _fork(stage, times, LeftOut.NAME_OF_PROCESS)
    return [happened(name, times, "names of two processes", shared, 1)]


def _end_deaf(stage: Stage, lease: float, left_out: LeftOut) -> tuple[list[Entry], float]:
    """Ask a holder to end; return what was done until another one ran, and how long it took."""
    with stage.cluster(
        interval=_INTERVAL,
        lease=lease,
        work=Work.IGNORES,
        seconds=3_600.0,
        patience=_SHUTDOWN,
        left_out=left_out,
    ) as cluster:
        cluster.start()
        cluster.start()
        start = cluster.await_start()
        cluster.await_steps(start.token, 1, after=start.at)
        holder = cluster.replicas[start.replica]
        holder.send(signal.SIGTERM)
        asked_at = stage.clock.monotonic()
        cluster.await_gone(holder)
        ended_at = stage.clock.monotonic()
        cluster.await_start(token=start.token)
        return cluster.entries(), ended_at - asked_at


def _fork(stage: Stage, times: int, left_out: LeftOut) -> tuple[int, list[Entry]]:
    """Run so many slots; return how many names were shared, and what was done."""
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, left_out=left_out) as cluster:
        cluster.start_forked(_FORKED)
        asked = cluster.await_all(Deed.ASKED)
        for _ in range(times):
            cluster.await_start(after=stage.clock.monotonic())
            stage.advance(1)
        return _FORKED - len({entry.holder for entry in asked}), cluster.entries()
