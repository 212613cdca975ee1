"""A disk on which the leases find no room."""

import time
from collections.abc import Sequence
from typing import Final

import psycopg

from chaos import judge
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.plan import LeftOut
from chaos.server import Server

_INTERVAL: Final = 0.5
_LEASE: Final = 2.0
_BACK: Final = 15.0
"""Seconds after which whoever has asked in vain asks again at the latest."""
_ROOM: Final = 16 * 2**20
"""The size that a file may have; a segment of the log of the server has just that."""
_REFUSED: Final = "could not extend file"
_FILL: Final = (
    "INSERT INTO loopjobs_leases (namespace, job, grid_due_at, error)"
    " SELECT 'filler', gen_random_uuid(), now(), repeat(md5(random()::text), 60)"
    " FROM generate_series(1, %s)"
)
_GROW: Final = (
    "UPDATE loopjobs_leases SET error = repeat(md5(random()::text), %s) WHERE namespace = %s"
)
_TOKEN: Final = "SELECT fencing_token FROM loopjobs_leases WHERE namespace = %s"  # noqa: S105 - no secret


def full_for_good(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: replicas that connect only once run nothing any more when there is room."""
    server = stage.server
    server.stop("fast")
    server.start(largest_file=_ROOM)
    still = 0
    for _ in range(times):
        pace = {"interval": _INTERVAL, "lease": _LEASE}
        with stage.cluster(**pace, left_out=LeftOut.CONNECTING_ANEW) as cluster:
            cluster.start()
            cluster.await_start()
            with psycopg.connect(server.conninfo) as reader:
                reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                reader.execute("SELECT FROM loopjobs_leases")
                _fill(server, cluster.namespace)
                time.sleep(3 * _INTERVAL)
            _make_room(server)
            row = server.query(_TOKEN, cluster.namespace)
            time.sleep(3 * _INTERVAL)
            still += server.query(_TOKEN, cluster.namespace) == row
        stage.advance(1)
    return [happened(name, times, "no slot is run", still)]


def full(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Files cannot grow any more, and old versions of rows cannot go yet; then there is room."""
    server = stage.server
    server.stop("fast")
    server.start(largest_file=_ROOM)
    resumed: list[float] = []
    while_full = 0
    with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
        for _ in range(2):
            cluster.start()
        cluster.await_start()
        server.query("ALTER TABLE loopjobs_leases SET (autovacuum_enabled = off)")
        for _ in range(times):
            with psycopg.connect(server.conninfo) as reader:
                reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                reader.execute("SELECT FROM loopjobs_leases")
                _fill(server, cluster.namespace)
                ((token,),) = server.query(_TOKEN, cluster.namespace)
                time.sleep(3 * _INTERVAL)
                last = judge.starts(cluster.entries())[-1]
                while_full += last.token > int(str(token))
            _make_room(server)
            room_at = stage.clock.monotonic()
            resumed.append(cluster.await_start(token=last.token).at - room_at)
            stage.advance(1)
        ended = sum(not each.process.is_alive() for each in cluster.replicas.values())
        entries = cluster.entries()
    return [
        bounded(name, "next run", _INTERVAL + _BACK, resumed),
        counted(name, times, "runs while it was full", while_full),
        counted(name, times, "replicas that ended", ended),
        counted(name, times, "slots run twice", judge.doubles(entries, _INTERVAL)),
    ]


def _make_room(server: Server) -> None:
    server.query("DELETE FROM loopjobs_leases WHERE namespace = 'filler'")
    server.query("VACUUM loopjobs_leases")


def _fill(server: Server, namespace: str) -> None:
    """Take all room: in the file, and then on the page of the row that is claimed."""
    for rows in (2_000, 100, 1):
        _until_refused(server, _FILL, rows)
    for length in (50, 10, 0):
        _until_refused(server, _GROW, length, namespace)


def _until_refused(server: Server, statement: str, *values: object) -> None:
    while True:
        try:
            server.query(statement, *values)
        except psycopg.Error as error:
            if _REFUSED not in str(error):
                raise
            return
