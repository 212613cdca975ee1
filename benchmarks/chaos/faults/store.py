"""A store that ends connections, restarts, crashes, or is away."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from chaos import judge
from chaos.fault import Stage
from chaos.figures import Figure, Kind, bounded, counted
from chaos.journal import Deed

_INTERVAL: Final = 0.5
_LEASE: Final = 2.0
_BODY: Final = 0.2
_AWAY: Final = 4.0
_BACK: Final = 2.0
_SETTLED: Final = 0.1
"""Seconds for a run whose slot was granted just before."""


def ended_connections(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server ends all connections of the leases while a run is in progress."""
    return _troubled(stage, name, times, stage.server.end_connections, _INTERVAL + 1)


def restarted(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server is restarted in order."""

    def restart() -> None:
        stage.server.stop("fast")
        stage.server.start()

    return _troubled(stage, name, times, restart, _INTERVAL + _BACK)


def crashed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server ends without a checkpoint, and is started again."""

    def crash() -> None:
        stage.server.stop("immediate")
        stage.server.start()

    return _troubled(stage, name, times, crash, _INTERVAL + _BACK)


def away(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server is away for twice the lease."""
    begun_away = 0
    resumed: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
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
                gone_at + _SETTLED < start.at < before_back
                for start in judge.starts(cluster.entries())
            )
            stage.advance(1)
        time.sleep(2 * _INTERVAL)
        entries = cluster.entries()
    return [
        counted(name, times, "runs while it was away", begun_away),
        bounded(name, "next run after it was back", _INTERVAL + _BACK, resumed),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


def _troubled(
    stage: Stage, name: str, times: int, trouble: Callable[[], None], most: float
) -> Sequence[Figure]:
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
