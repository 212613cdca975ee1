"""What is wrong in the store itself: rows that cannot be read, rights that are missing.

A host on virtual time meets it in real stores: nothing ends, one line a minute says what it is,
the health says whom it hits, and it is over as soon as somebody has mended it.
"""

import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import Final

import pytest
from redis import Redis
from sqlalchemy import make_url

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions
from loopjobs.health import HealthChecks, HealthStatus
from loopjobs.leases import add_leases
from loopjobs.places import read_place
from loopjobs.testing import FakeClock
from servicekit.testing import Templates

from .benches import (
    PostgresqlBench,
    RedisBench,
    SqliteBench,
    postgresql_bench,
    redis_bench,
    sqlite_bench,
)
from .conftest import Places

INTERVAL: Final = 10.0
_STRIDE: Final = 5.0
_OUTAGE: Final = 300.0
_SHARED: Final = {"IntervalInSeconds": INTERVAL, "RunOn": "OneReplica"}
_LEFT_ALONE: Final = ("other", "everywhere")
CLERK: Final = "loopjobs_test_damage"
GRANT: Final = f"GRANT SELECT, INSERT, UPDATE ON loopjobs_leases TO {CLERK}"


@dataclass
class Store:
    """A store in which somebody spoils something, and mends it."""

    kind: str
    url: str
    namespace: str
    step: Callable[[float], None]
    """Let its own clock be that much further."""
    change: Callable[[str], object]
    """Do what an administrator does."""


@dataclass
class Cluster:
    """One host on virtual time, and how often each of its jobs was run."""

    host: Host
    clock: FakeClock
    store: Store
    runs: dict[str, int] = field(default_factory=dict)

    async def advance(self, seconds: float) -> None:
        """Let time pass, for the store as well."""
        for _ in range(round(seconds / _STRIDE)):
            self.store.step(_STRIDE)
            await self.clock.advance(_STRIDE)

    def health(self, job: str) -> HealthStatus:
        """Return how well a job is."""
        return HealthChecks(self.host).report().jobs[job].status


def _nothing(seconds: float) -> None:
    """Do nothing: the clock of the host is that of the store."""


def _of_postgresql(bench: PostgresqlBench) -> Store:
    def change(statement: str) -> object:
        return bench.control.execute(statement.replace("NAMESPACE", bench.namespace).encode())

    return Store("postgresql", bench.url, bench.namespace, bench.step, change)


def _of_sqlite(bench: SqliteBench) -> Store:
    def change(statement: str) -> None:
        with closing(sqlite3.connect(read_place(bench.url).shown)) as control, control:
            control.execute(statement.replace("NAMESPACE", bench.namespace))

    return Store("sqlite", bench.url, bench.namespace, _nothing, change)


def _of_redis(bench: RedisBench) -> Store:
    def change(command: str) -> object:
        words = command.replace("NAMESPACE", bench.namespace).split()
        with Redis.from_url(bench.url) as control:
            return control.execute_command(*words)

    return Store("redis", bench.url, bench.namespace, bench.step, change)


@pytest.fixture(params=["postgresql", "redis", "sqlite"])
def store(request: pytest.FixtureRequest, places: Places) -> Iterator[Store]:
    """A store of each kind that outlives a process."""
    with ExitStack() as stack:
        match request.param:
            case "postgresql":
                yield _of_postgresql(stack.enter_context(postgresql_bench(places)))
            case "redis":
                yield _of_redis(stack.enter_context(redis_bench(places)))
            case _:
                yield _of_sqlite(stack.enter_context(sqlite_bench(places)))


@asynccontextmanager
async def running(store: Store, clock: FakeClock) -> AsyncIterator[Cluster]:
    """Run a host with two jobs in the cluster, and one that is run everywhere."""
    runs = dict.fromkeys(("sweep", *_LEFT_ALONE), 0)

    async def sweep(ct: CancellationToken) -> None:
        runs["sweep"] += 1

    async def other(ct: CancellationToken) -> None:
        runs["other"] += 1

    async def everywhere(ct: CancellationToken) -> None:
        runs["everywhere"] += 1

    settings = {
        "Leases": {"Url": store.url, "Namespace": store.namespace},
        "sweep": _SHARED,
        "other": _SHARED,
        "everywhere": {"IntervalInSeconds": INTERVAL},
    }
    builder = add_leases(HostBuilder(settings_files=(), settings=settings, clock=clock))
    for job in (sweep, other, everywhere):
        builder.add_loop_job(job, LoopJobOptions)
    host = builder.build()
    async with host:
        cluster = Cluster(host, clock, store, runs)
        await cluster.advance(2 * INTERVAL)
        yield cluster


def lines_about(job: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of a job to whoever reads warnings."""
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    return [text for each in warnings if (text := each.getMessage()).startswith(f"{job}: ")]


UNREADABLE: Final = {
    "postgresql": (
        "UPDATE loopjobs_leases SET grid_due_at = 'infinity' WHERE job = 'sweep'",
        "UPDATE loopjobs_leases SET grid_due_at = now() WHERE job = 'sweep'",
    ),
    "redis": (
        "HSET loopjobs:{NAMESPACE}:sweep token x",
        "HSET loopjobs:{NAMESPACE}:sweep token 1",
    ),
    "sqlite": (
        "UPDATE loopjobs_leases SET grid_due = 'x' WHERE job = 'sweep'",
        "UPDATE loopjobs_leases SET grid_due = 0 WHERE job = 'sweep'",
    ),
}


WHY: Final = {
    "postgresql": "infinity",
    "redis": "sweep: token is no number",
    "sqlite": "the row of sweep cannot be read",
}


async def test_a_row_that_cannot_be_read_stops_its_job_alone_until_it_is_mended(
    store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody has to start the service anew."""
    spoil, mend = UNREADABLE[store.kind]
    async with running(store, clock) as cluster:
        store.change(spoil)
        before = dict(cluster.runs)
        await cluster.advance(_OUTAGE)
        assert cluster.runs["sweep"] == before["sweep"]
        assert cluster.health("sweep") is HealthStatus.UNHEALTHY
        for job in _LEFT_ALONE:
            assert cluster.runs[job] - before[job] == pytest.approx(_OUTAGE / INTERVAL, abs=1)
            assert cluster.health(job) is HealthStatus.HEALTHY
        lines = lines_about("sweep", caplog)
        assert len(lines) == pytest.approx(_OUTAGE / 60, abs=1)
        assert all(WHY[store.kind] in line for line in lines)
        assert not lines_about("other", caplog)
        store.change(mend)
        await cluster.advance(3 * INTERVAL)
        assert cluster.runs["sweep"] > before["sweep"]
        assert cluster.health("sweep") is HealthStatus.HEALTHY


async def test_a_row_that_is_gone_is_made_anew(store: Store, clock: FakeClock) -> None:
    """The job is new to the store then: it is run at once, and goes on from there."""
    async with running(store, clock) as cluster:
        store.change(
            "DEL loopjobs:{NAMESPACE}:sweep"
            if store.kind == "redis"
            else "DELETE FROM loopjobs_leases WHERE namespace = 'NAMESPACE'"
        )
        before = dict(cluster.runs)
        await cluster.advance(6 * INTERVAL)
        assert cluster.runs["sweep"] - before["sweep"] == pytest.approx(6, abs=1)
        assert cluster.health("sweep") is HealthStatus.HEALTHY


@pytest.fixture
def empty_postgresql(templates: Templates) -> Iterator[PostgresqlBench]:
    """A database that no other test has, for its table is dropped."""
    with templates.empty("postgresql") as url:
        bench = PostgresqlBench(url)
        bench.connect()
        yield bench
        bench.close()


async def test_a_table_that_is_dropped_is_made_anew(
    empty_postgresql: PostgresqlBench, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A claim meets that it is gone, and the next one is made by a connection that looks first."""
    async with running(_of_postgresql(empty_postgresql), clock) as cluster:
        cluster.store.change("DROP TABLE loopjobs_leases")
        # Its control would step rows of a table that is not there.
        await clock.advance(2 * INTERVAL)
        before = dict(cluster.runs)
        await cluster.advance(6 * INTERVAL)
        assert cluster.runs["sweep"] - before["sweep"] == pytest.approx(6, abs=1)
        assert cluster.health("sweep") is HealthStatus.HEALTHY
        (line,) = [*lines_about("sweep", caplog), *lines_about("other", caplog)]
        assert 'relation "loopjobs_leases" does not exist' in line


@pytest.fixture
def clerk(empty_postgresql: PostgresqlBench) -> Iterator[Store]:
    """The same database by a user who may use the table, and not make one."""
    store = _of_postgresql(empty_postgresql)
    store.change(f"CREATE ROLE {CLERK} LOGIN")
    store.change(GRANT)
    url = make_url(store.url).set(drivername="postgresql", username=CLERK)
    store.url = url.render_as_string(hide_password=False)
    yield store
    store.change(f"DROP OWNED BY {CLERK}")
    store.change(f"DROP ROLE {CLERK}")


async def test_rights_that_are_taken_away_stop_the_shared_jobs_until_they_are_back(
    clerk: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is run everywhere goes on."""
    async with running(clerk, clock) as cluster:
        clerk.change(f"REVOKE UPDATE ON loopjobs_leases FROM {CLERK}")
        before = dict(cluster.runs)
        await cluster.advance(_OUTAGE)
        assert cluster.runs["sweep"] == before["sweep"]
        assert cluster.runs["everywhere"] - before["everywhere"] == _OUTAGE / INTERVAL
        assert cluster.health("sweep") is HealthStatus.UNHEALTHY
        assert cluster.health("everywhere") is HealthStatus.HEALTHY
        lines = lines_about("sweep", caplog)
        assert len(lines) == pytest.approx(_OUTAGE / 60, abs=1)
        assert all("permission denied for table loopjobs_leases" in line for line in lines)
        clerk.change(GRANT)
        await cluster.advance(3 * INTERVAL)
        assert cluster.runs["sweep"] > before["sweep"]
        assert cluster.health("sweep") is HealthStatus.HEALTHY
