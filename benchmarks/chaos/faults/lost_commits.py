"""A server that loses what it has acknowledged: in a crash, or by the standby that follows it."""

import os
import signal
from collections.abc import Sequence
from typing import Final

from chaos import judge
from chaos.fault import Stage
from chaos.figures import Figure, counted, happened
from chaos.standby import Standby

_INTERVAL: Final = 0.5
_LEASE: Final = 2.0
_DAY: Final = 86_400.0
_LONG_LEASE: Final = 60.0
_LONG: Final = 120.0

# Nobody writes the log to the disk but whoever waits for it.
_HASTY: Final = {
    "autovacuum": "off",
    "bgwriter_lru_maxpages": "0",
    "synchronous_commit": "off",
}
_COUNT: Final = "SELECT leases_granted FROM loopjobs_leases WHERE namespace = %s"
_TOKEN: Final = "SELECT fencing_token FROM loopjobs_leases WHERE namespace = %s"  # noqa: S105 - no secret
_LOG_WRITER: Final = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"


def hasty(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The server does not wait for the disk, and is killed just after it has granted a slot."""
    server = stage.server
    for setting, value in _HASTY.items():
        server.query(f"ALTER SYSTEM SET {setting} = {value}")
    server.query("CREATE TABLE noted (namespace TEXT)")
    server.stop("fast")
    server.start()
    forgotten = lost = 0
    for _ in range(times):
        pace = {"interval": _DAY, "lease": _LONG_LEASE, "seconds": _LONG}
        with stage.cluster(**pace) as cluster:
            writer = int(str(server.query(_LOG_WRITER)[0][0]))
            os.kill(writer, signal.SIGSTOP)
            cluster.start()
            granted = cluster.await_start()
            server.query("INSERT INTO noted VALUES (%s)", cluster.namespace)
            server.kill(writer)
            server.start()
            forgotten += server.query(_TOKEN, cluster.namespace) != [(granted.token,)]
            noted = server.query("SELECT FROM noted WHERE namespace = %s", cluster.namespace)
            lost += not noted
        stage.advance(1)
    return [
        counted(name, times, "claims forgotten", forgotten),
        happened(name, times, "other commits forgotten", lost),
    ]


def unlogged(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: nobody looks whether the table survives a crash, for it was altered later."""
    doubles = 0
    for _ in range(times):
        with stage.cluster(interval=_DAY, lease=_LEASE) as cluster:
            cluster.start()
            cluster.await_start()
            stage.server.query("ALTER TABLE loopjobs_leases SET UNLOGGED")
            stage.server.stop("immediate")
            stage.server.start()
            # Otherwise it would be refused now.
            stage.server.query("ALTER TABLE loopjobs_leases SET LOGGED")
            cluster.start()
            cluster.await_start(after=stage.clock.monotonic())
            doubles += judge.doubles(cluster.entries(), _DAY)
        stage.advance(1)
    return [happened(name, times, "slots run twice", doubles)]


def promoted(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A standby that has not heard of the last claims takes the place of its primary."""
    back, _ = _fail_over(stage, times)
    return [counted(name, times, "tokens that do not grow", back)]


def promoted_and_counting(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: a token that only counts would be given a second time."""
    _, repeated = _fail_over(stage, times)
    return [happened(name, times, "numbers given twice", repeated)]


def _fail_over(stage: Stage, times: int) -> tuple[int, int]:
    server = stage.server
    repeated = 0
    with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
        for _ in range(3):
            cluster.start()
        cluster.await_start()
        for _ in range(times):
            standby = Standby.of(server)
            standby.await_caught_up()
            standby.stop()
            cluster.await_start(after=stage.clock.monotonic())
            counted_so_far = int(str(server.query(_COUNT, cluster.namespace)[0][0]))
            server.stop("immediate")
            last = judge.starts(cluster.entries())[-1]
            standby.promote()
            known = int(str(standby.query(_COUNT, cluster.namespace)[0][0]))
            repeated += known < counted_so_far
            standby.take_place()
            cluster.await_start(token=last.token)
            stage.advance(1)
        return judge.tokens_back(cluster.entries()), repeated
