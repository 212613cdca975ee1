"""Processes that are frozen for longer than their lease, and go on as if nothing had been."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.journal import Deed, Entry
from chaos.plan import LeftOut, Work

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_BETWEEN: Final = 0.4
"""Seconds for which the body waits where it is to be frozen."""
_GRACE: Final = 0.5
_FEW: Final = 3
_FREEZES_LATE: Final = 20
"""Of so many signals one may."""
_LONG_FROZEN: Final = 2.0
"""The lease of one whose clock has to notice that it was frozen, and for longer than it naps."""
_STEP: Final = 0.25
"""Long enough for a busy machine to tell a run of its loss before it has made a second step."""
_LONG: Final = 3_600.0
_DONE: Final = {Deed.WROTE, Deed.REFUSED}


def without_fence(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: a holder that is frozen just before its write makes it when it wakes."""
    stale, _ = _frozen(stage, times, Work.WRITES, Deed.ABOUT_TO_WRITE)
    # On a busy machine it may have written before the signal has frozen it.
    least = times - times // _FREEZES_LATE
    return [happened(name, times, "stale writes without a fence", stale, least)]


def with_fence(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The same with a fence in the transaction of the write."""
    stale, _ = _frozen(stage, times, Work.WRITES_FENCED, Deed.ABOUT_TO_WRITE)
    return [counted(name, times, "stale writes", stale)]


def in_transaction(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A holder is frozen in its fenced transaction: that is ended for it, and nobody waits long."""
    stale, waits = _frozen(stage, times, Work.WAITS_FENCED, Deed.FENCED)
    return [
        bounded(name, "takeover", _bound(), waits),
        counted(name, times, "stale writes", stale),
    ]


def in_endless_transaction(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server is told not to end that transaction: nobody follows who is frozen in it."""
    left_alone = 0
    # It is frozen in it however late the signal comes on a busy machine.
    pace = {"interval": _INTERVAL, "lease": _LEASE, "seconds": _LONG}
    for _ in range(times):
        with stage.cluster(**pace, work=Work.WAITS_FENCED_FOR_EVER) as cluster:
            cluster.start()
            cluster.start()
            fenced = cluster.await_entry(lambda entry: entry.deed is Deed.FENCED)
            with _freezing(cluster, fenced):
                left_alone += cluster.await_none(token=fenced.token, seconds=_bound())
        stage.advance(1)
    return [happened(name, times, "nobody follows in time", left_alone)]


def in_steps(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A holder is frozen between two steps: when it wakes, it makes one at most, and is told."""
    with _stepping(stage, lease=_LEASE) as cluster:
        cluster.start()
        cluster.start()
        late: list[int] = []
        deaf = 0
        for _ in range(times):
            frozen, successor = _freeze_in_steps(cluster)
            told = _await_told(cluster, frozen.token)
            cluster.await_steps(successor.token, _FEW, after=told.at)
            entries = cluster.entries()
            late.append(_steps(entries, frozen.token, since=successor.at))
            deaf += _steps(entries, frozen.token, since=told.at)
            stage.advance(1)
    return [
        counted(name, times, "steps after the loss was told", deaf),
        counted(name, times, "more than one step beside another", sum(n > 1 for n in late)),
    ]


def in_steps_and_sure(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """It goes by a clock that has stood still, and hears no answer: it goes on for ever."""
    beside = 0
    for _ in range(times):
        with _stepping(stage, lease=_LONG_FROZEN) as cluster:
            cluster.start(left_out=LeftOut.TIME_WHILE_FROZEN)
            cluster.await_start()
            # With such a clock it would not notice when the lease of the other has ended.
            cluster.start()
            frozen, successor = _freeze_in_steps(cluster)
            cluster.await_steps(frozen.token, _FEW, after=successor.at)
            beside += judge.overlaps(cluster.entries())
        stage.advance(1)
    return [happened(name, times, "more than one step beside another", beside)]


def _stepping(stage: Stage, **pace: object) -> Cluster:
    return stage.cluster(interval=_INTERVAL, seconds=_LONG, step=_STEP, **pace)


def _freeze_in_steps(cluster: Cluster) -> tuple[Entry, Entry]:
    """Freeze the holder until another one has started; return both runs."""
    holder = judge.starts(cluster.entries())[-1:] or [cluster.await_start()]
    # Whatever it will do when it wakes, it has the connections for it.
    renewed = cluster.await_entry(
        lambda entry: entry.deed is Deed.RENEWED and entry.token == holder[0].token
    )
    cluster.await_steps(holder[0].token, 1, after=renewed.at)
    with _freezing(cluster, holder[0]):
        successor = cluster.await_start(token=holder[0].token)
    return holder[0], successor


def _await_told(cluster: Cluster, token: int) -> Entry:
    """Wait until a run has been cancelled."""
    return cluster.await_entry(lambda entry: entry.deed is Deed.CANCELLED and entry.token == token)


def _steps(entries: Sequence[Entry], token: int, *, since: float) -> int:
    return sum(
        entry.deed is Deed.STEPPED and entry.token == token and entry.at > since
        for entry in entries
    )


def _bound() -> float:
    """Return the seconds in which whoever is frozen is to be followed.

    Another replica that looks just before the server ends the transaction looks a slot later.
    """
    return _LEASE + _INTERVAL + _GRACE


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
    with _freezing(cluster, reached):
        frozen_at = stage.clock.monotonic()
        successor = cluster.await_start(token=reached.token)
        _await_done(cluster, lambda entry: entry.token > reached.token)
    _await_done(cluster, lambda entry: entry.token == reached.token)
    return successor.at - frozen_at


def _await_done(cluster: Cluster, is_theirs: Callable[[Entry], bool]) -> None:
    cluster.await_entry(lambda entry: entry.deed in _DONE and is_theirs(entry))


@contextmanager
def _freezing(cluster: Cluster, entry: Entry) -> Iterator[None]:
    """Freeze whoever has noted that, for as long as the block lasts."""
    replica = cluster.replicas[entry.replica]
    replica.send(signal.SIGSTOP)
    try:
        yield
    finally:
        replica.send(signal.SIGCONT)
