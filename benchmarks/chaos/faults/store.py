"""A store that ends connections, restarts, crashes, or is away."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, Kind, bounded, counted, happened
from chaos.journal import Deed
from chaos.plan import LeftOut
from chaos.server import StopMode

_INTERVAL: Final = 0.5
_LEASE: Final = 2.0
_BODY: Final = 0.2
_AWAY: Final = 4.0
_BACK: Final = 2.0
_SETTLED: Final = 0.1
"""Seconds for a run whose slot was granted just before."""


def ended_connections(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server ends all connections of the leases while a run is in progress."""
    return troubled(stage, name, times, stage.server.end_connections, _INTERVAL + 1)


def restarted(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server is restarted in order."""
    return troubled(stage, name, times, _restart(stage, "fast"), _INTERVAL + _BACK)


def crashed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server ends without a checkpoint, and is started again."""
    return troubled(stage, name, times, _restart(stage, "immediate"), _INTERVAL + _BACK)


def ended_for_good(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Replicas that connect only once run nothing any more."""
    return _troubled_once(stage, name, times, stage.server.end_connections, _INTERVAL + 1)


def restarted_for_good(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The same where the server is restarted in order."""
    return _troubled_once(stage, name, times, _restart(stage, "fast"), _INTERVAL + _BACK)


def crashed_for_good(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The same where it crashes."""
    return _troubled_once(stage, name, times, _restart(stage, "immediate"), _INTERVAL + _BACK)


def killed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The first process of the server is killed, and the server started again."""
    return troubled(stage, name, times, _kill(stage), _INTERVAL + _BACK)


def killed_for_good(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The same where replicas connect only once."""
    return _troubled_once(stage, name, times, _kill(stage), _INTERVAL + _BACK)


def _kill(stage: Stage) -> Callable[[], None]:
    def kill() -> None:
        stage.server.kill()
        stage.server.start()

    return kill


def _restart(stage: Stage, mode: StopMode) -> Callable[[], None]:
    def restart() -> None:
        stage.server.stop(mode)
        stage.server.start()

    return restart


def away(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server is away for twice the lease."""
    with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
        begun_away, resumed = _leave(stage, cluster, times)
        time.sleep(2 * _INTERVAL)
        entries = cluster.entries()
    return [
        counted(name, times, "runs while it was away", begun_away),
        bounded(name, "next run after it was back", _INTERVAL + _BACK, resumed),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


def away_and_local(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Replicas that do not wait for the store run without it, each for itself."""
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, when_unavailable="RunLocal") as cluster:
        begun_away, _ = _leave(stage, cluster, times)
    return [happened(name, times, "runs while it was away", begun_away, times)]


def _leave(stage: Stage, cluster: Cluster, times: int) -> tuple[int, list[float]]:
    """Take the server away; return the runs that were begun meanwhile, and the waits after it."""
    begun_away = 0
    resumed: list[float] = []
    for _ in range(3):
        cluster.start()
    for _ in range(times):
        cluster.await_start(after=stage.clock.monotonic())
        stage.server.stop("immediate")
        gone_at = stage.clock.monotonic()
        time.sleep(_AWAY)
        before_back = stage.clock.monotonic()
        stage.server.start()
        back_at = stage.clock.monotonic()
        resumed.append(cluster.await_start(after=before_back).at - back_at)
        begun_away += sum(
            gone_at + _SETTLED < start.at < before_back for start in judge.starts(cluster.entries())
        )
        stage.advance(1)
    return begun_away, resumed


def troubled(
    stage: Stage, name: str, times: int, trouble: Callable[[], None], most: float
) -> Sequence[Figure]:
    """Do something to the server while a run is in progress, and see how it goes on.

    Args:
        stage: Where it happens.
        name: Of the fault.
        times: How often.
        trouble: Does it; the server is there again when it returns.
        most: Seconds until the next run.
    """
    resumed: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=_BODY) as cluster:
        for _ in range(3):
            cluster.start()
        for _ in range(times):
            start = cluster.await_start(after=stage.clock.monotonic())
            trouble()
            over_at = stage.clock.monotonic()
            resumed.append(cluster.await_start(token=start.token).at - over_at)
            stage.advance(1)
        entries = cluster.entries()
    lost = sum(entry.deed is Deed.CANCELLED for entry in entries)
    return [
        bounded(name, "next run", most, resumed),
        counted(name, times, "runs lost", lost, Kind.PACE),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
    ]


def _troubled_once(
    stage: Stage, name: str, times: int, trouble: Callable[[], None], most: float
) -> Sequence[Figure]:
    idle = 0
    for _ in range(times):
        with stage.cluster(
            interval=_INTERVAL, lease=_LEASE, seconds=_BODY, left_out=LeftOut.CONNECTING_ANEW
        ) as cluster:
            for _ in range(3):
                cluster.start()
            cluster.await_all(Deed.ASKED)
            trouble()
            newest = judge.starts(cluster.entries())[-1]
            idle += cluster.await_none(token=newest.token, seconds=most)
        stage.advance(1)
    return [happened(name, times, "nobody runs in time", idle)]
