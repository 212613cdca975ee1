"""What Redis forgets: when it is killed, flushed, or replaced by a replica that was behind."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.faults.store import troubled
from chaos.figures import Figure, bounded, counted, happened
from chaos.forwarder import Forwarder
from chaos.journal import Deed, Entry
from chaos.plan import JOB
from chaos.redis_server import FORGETS, REMEMBERS, RedisServer, known_since

Forget: TypeAlias = Callable[[Cluster], None]
"""Makes the server forget."""

_INTERVAL: Final = 0.5
_LEASE: Final = 2.0
_LONG_LEASE: Final = 15.0
"""It is not renewed, and so not found lost, before somebody else has come."""
_LONG: Final = 120.0
_BODY: Final = 1.0
_BACK: Final = 2.0
_GRACE: Final = 0.5
_LOOK_EVERY: Final = 0.02
_A_WHILE: Final = 0.2
"""Seconds in which a run that goes on beside another surely makes a step."""


def killed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A server that writes everything down is killed, and started again."""

    def kill() -> None:
        stage.redis.restart(*REMEMBERS)

    # A server that begins anew waits for one lease, also if it remembers.
    return troubled(stage, name, times, kill, _LEASE + _INTERVAL + _GRACE)


def killed_unwritten(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: the server writes nothing down."""
    gone = 0
    for _ in range(times):
        stage.redis.restart(*FORGETS)
        with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
            cluster.start()
            cluster.await_start()
        key = known_since(cluster.namespace)
        was_there = stage.redis.ask("EXISTS", key)
        stage.redis.restart(*FORGETS)
        gone += was_there == 1 and stage.redis.ask("EXISTS", key) == 0
        stage.advance(1)
    return [happened(name, times, "leases gone", gone)]


def killed_forgetful(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """One that writes nothing down is killed while a run is in progress."""
    stage.redis.restart(*FORGETS)
    return _forgotten(stage, name, times, _LONG, _forgetting(stage))


def killed_forgetful_without_grace(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: it grants at once what it does not know."""
    return _granted_at_once(stage, name, times, _forgetting(stage))


def flushed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Somebody flushes everything while a run is in progress."""
    return _forgotten(stage, name, times, _LONG, _flushing(stage))


def flushed_without_grace(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: a server that does not know a job grants it at once."""
    return _granted_at_once(stage, name, times, _flushing(stage))


def promoted(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A replica that has not heard of the last claims takes the place of its primary."""

    def fail_over(cluster: Cluster) -> None:
        replica = _late_replica(stage.redis)
        cluster.await_start(after=stage.clock.monotonic())
        stage.redis.kill()
        replica.take_place_of(stage.redis)

    return _forgotten(stage, name, times, _BODY, fail_over)


def promoted_without_grace(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: it grants at once what it does not know."""

    def fail_over(_cluster: Cluster) -> None:
        stage.redis.kill()
        replicas.pop().take_place_of(stage.redis)

    beside: list[Figure] = []
    replicas = [_late_replica(stage.redis)]
    for _ in range(times):
        beside += _granted_at_once(stage, name, 1, fail_over)
        replicas.append(_late_replica(stage.redis))
    replicas.pop().kill()
    met = sum(figure.is_met is True for figure in beside)
    return [happened(name, times, "runs beside another", met)]


def _late_replica(primary: RedisServer) -> RedisServer:
    """Return a replica that has heard everything until now, and hears nothing any more."""
    replica = RedisServer(Path(tempfile.mkdtemp(prefix="replica-", dir=primary.folder)))
    with Forwarder(primary.socket) as way:
        replica.start(*REMEMBERS, "--replicaof", "127.0.0.1", str(way.port))
        replica.await_sync()
        replica.ask("REPLICAOF", "NO", "ONE")
    return replica


def _forgetting(stage: Stage) -> Forget:
    def kill(_cluster: Cluster) -> None:
        stage.redis.restart(*FORGETS)

    return kill


def _flushing(stage: Stage) -> Forget:
    def flush(_cluster: Cluster) -> None:
        stage.redis.ask("FLUSHALL")

    return flush


def _granted_at_once(stage: Stage, name: str, times: int, forget: Forget) -> Sequence[Figure]:
    """Forget a lease in use, and the wait for its end as well."""
    beside = 0
    for _ in range(times):
        with stage.cluster(interval=_INTERVAL, lease=_LONG_LEASE, seconds=_LONG) as cluster:
            key = known_since(cluster.namespace)
            cluster.start()
            cluster.start()
            start = cluster.await_start()
            forget(cluster)
            while not stage.redis.ask("HEXISTS", f"{key}:{JOB}", "server"):
                time.sleep(_LOOK_EVERY)
            stage.redis.ask("HSET", f"{key}:{JOB}", "wait_until", "0")
            _await_steps(cluster, cluster.await_start(token=start.token))
            beside += judge.overlaps(cluster.entries())
        stage.advance(1)
    return [happened(name, times, "runs beside another", beside)]


def _forgotten(
    stage: Stage, name: str, times: int, seconds: float, forget: Forget
) -> Sequence[Figure]:
    resumed: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=seconds) as cluster:
        for _ in range(3):
            cluster.start()
        cluster.await_start()
        for _ in range(times):
            forget(cluster)
            forgotten_at = stage.clock.monotonic()
            last = judge.starts(cluster.entries())[-1]
            successor = cluster.await_start(token=last.token)
            resumed.append(successor.at - forgotten_at)
            _await_steps(cluster, successor)
            stage.advance(1)
        entries = cluster.entries()
    return [
        bounded(name, "next run", 2 * _LEASE + _INTERVAL + _BACK, resumed),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
        counted(name, times, "tokens that do not grow", judge.tokens_back(entries)),
    ]


def _await_steps(cluster: Cluster, start: Entry) -> None:
    cluster.await_entry(
        lambda entry: (
            entry.deed is Deed.STEPPED
            and entry.token == start.token
            and entry.at > start.at + _A_WHILE
        )
    )
