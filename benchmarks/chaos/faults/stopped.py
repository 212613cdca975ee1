"""A holder in SQLite that is stopped for longer than its lease: its lock keeps everybody out."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from chaos import judge
from chaos.fault import Stage
from chaos.figures import Figure, counted, happened

_INTERVAL: Final = 0.5
_LEASE: Final = 1.0
_LONG: Final = 120.0


def with_its_lock(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Nobody follows it before it is continued; then its run ends, and somebody does."""
    followed = 0
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=_LONG) as cluster:
        for _ in range(2):
            cluster.start()
        start = cluster.await_start()
        for _ in range(times):
            cluster.replicas[start.replica].send(signal.SIGSTOP)
            time.sleep(2 * _LEASE)
            followed += judge.starts(cluster.entries())[-1] != start
            cluster.replicas[start.replica].send(signal.SIGCONT)
            start = cluster.await_start(token=start.token)
            stage.advance(1)
        entries = cluster.entries()
    return [
        counted(name, times, "runs of others while it was stopped", followed),
        counted(name, times, "tokens that do not grow", judge.tokens_back(entries)),
    ]


def without_its_lock(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: somebody deletes the file that it has locked."""
    followed = 0
    for _ in range(times):
        with stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=_LONG) as cluster:
            for _ in range(2):
                cluster.start()
            start = cluster.await_start()
            cluster.replicas[start.replica].send(signal.SIGSTOP)
            database = Path(make_url(stage.url).database or "")
            for file in database.parent.glob(f"{database.name}.*.lock"):
                file.unlink()
            followed += cluster.await_start(token=start.token).replica != start.replica
        stage.advance(1)
    return [happened(name, times, "runs of others while it was stopped", followed)]
