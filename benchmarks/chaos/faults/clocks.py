"""The clock of PostgreSQL is set, under replicas that never look at their own."""

import time
from collections.abc import Sequence
from typing import Final

from chaos import judge
from chaos.cluster import Cluster
from chaos.fault import Stage
from chaos.figures import Figure, bounded, counted, happened
from chaos.plan import LeftOut

_INTERVAL: Final = 0.5
_LEASE: Final = 2.0
_LONG: Final = 120.0
_GRACE: Final = 0.5
_STEPS: Final = (3_600.0, -600.0, -0.5, -3_600.0)
"""Seconds; of steps in a row, each from where the last one has left the clock."""
_BACK: Final = -600.0

# Ours are found before those of the system, and tables are made in `public` as ever. It is set for
# connections that are made later.
_SETTABLE: Final = """
    CREATE SCHEMA settable;
    CREATE TABLE settable.clock (ahead INTERVAL NOT NULL);
    INSERT INTO settable.clock VALUES ('0');
    CREATE FUNCTION settable.clock_timestamp() RETURNS TIMESTAMP WITH TIME ZONE LANGUAGE sql
        VOLATILE AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM settable.clock';
    CREATE FUNCTION settable.now() RETURNS TIMESTAMP WITH TIME ZONE LANGUAGE sql
        STABLE AS 'SELECT pg_catalog.now() + ahead FROM settable.clock';
    ALTER ROLE CURRENT_USER SET search_path = public, settable, pg_catalog
"""
_UNHEALED: Final = """
    CREATE FUNCTION settable.leave() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
        RETURN CASE WHEN NEW.fencing_token = OLD.fencing_token
            OR OLD.grid_due_at <= settable.clock_timestamp() THEN NEW END;
    END $$;
    CREATE TRIGGER leave BEFORE UPDATE ON loopjobs_leases
        FOR EACH ROW EXECUTE FUNCTION settable.leave()
"""
_TOKEN: Final = "SELECT fencing_token FROM loopjobs_leases WHERE namespace = %s"  # noqa: S105 - no secret
_SET: Final = "UPDATE settable.clock SET ahead = ahead + make_interval(secs => %s)"


def stepped(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The clock goes forward and back, by an hour, minutes, or less than an interval."""
    stage.server.query(_SETTABLE)
    waits: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
        for _ in range(3):
            cluster.start()
        for number in range(times):
            last = cluster.await_start(after=stage.clock.monotonic())
            stage.server.query(_SET, _STEPS[number % len(_STEPS)])
            stepped_at = stage.clock.monotonic()
            waits.append(cluster.await_start(after=stepped_at, token=last.token).at - last.at)
            stage.advance(1)
        entries = cluster.entries()
    return [
        bounded(name, "from run to run", _INTERVAL + _LEASE, waits),
        counted(name, times, "tokens that do not grow", judge.tokens_back(entries)),
    ]


def stepped_and_unhealed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: a slot that is further away than it can be is waited for."""
    stage.server.query(_SETTABLE)
    still = 0
    for number in range(times):
        # Each time a new one: it believes what it is told, and would not look again for minutes.
        with stage.cluster(interval=_INTERVAL, lease=_LEASE) as cluster:
            cluster.start()
            cluster.await_start()
            if number == 0:
                # The first replica has made the table.
                stage.server.query(_UNHEALED)
            cluster.await_start(after=stage.clock.monotonic())
            stage.server.query(_SET, _BACK)
            still += _stands_still(stage, cluster)
        stage.advance(1)
    return [happened(name, times, "no slot is run", still)]


def back_and_killed_unseen(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The control: nobody notes that a lease is not renewed any more."""
    stage.server.query(_SETTABLE)
    still = 0
    for _ in range(times):
        pace = {"interval": _INTERVAL, "lease": _LEASE, "seconds": _LONG}
        with stage.cluster(**pace, left_out=LeftOut.SIGHTINGS) as cluster:
            for _ in range(2):
                cluster.start()
            start = cluster.await_start()
            stage.server.query(_SET, _BACK)
            cluster.kill(cluster.replicas[start.replica])
            still += _stands_still(stage, cluster)
        stage.advance(1)
    return [happened(name, times, "no slot is run", still)]


def _stands_still(stage: Stage, cluster: Cluster) -> bool:
    ((token,),) = stage.server.query(_TOKEN, cluster.namespace)
    time.sleep(3 * _LEASE)
    return stage.server.query(_TOKEN, cluster.namespace) == [(token,)]


def back_and_killed(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """The clock goes back by ten minutes, and with it the end of the lease of a dead holder."""
    stage.server.query(_SETTABLE)
    waits: list[float] = []
    with stage.cluster(interval=_INTERVAL, lease=_LEASE, seconds=_LONG) as cluster:
        for _ in range(3):
            cluster.start()
        start = cluster.await_start()
        for _ in range(times):
            stage.server.query(_SET, _BACK)
            killed_at = cluster.kill(cluster.replicas[start.replica])
            cluster.start()
            start = cluster.await_start(token=start.token)
            waits.append(start.at - killed_at)
            stage.advance(1)
        entries = cluster.entries()
    return [
        bounded(name, "takeover", 2 * _LEASE + _INTERVAL + _GRACE, waits),
        counted(name, times, "runs beside another", judge.overlaps(entries)),
        counted(name, times, "tokens that do not grow", judge.tokens_back(entries)),
    ]
