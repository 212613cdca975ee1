"""Where the contract of a lease store is tested: one bench for each kind of store."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from typing import Final, Protocol, TypeAlias
from uuid import uuid4

import psycopg
from redis import Redis

from loopjobs import LeaseStore, SystemClock
from loopjobs.leases._opening import source_of
from loopjobs.places import read_place
from loopjobs.testing import FakeClock, MemoryLeases
from servicekit.testing.postgresql_server import as_conninfo

TIMEOUT = 10.0

_FORGET: Final = "DELETE FROM loopjobs_leases WHERE namespace = %s AND job = %s"
_STEP: Final = """
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  for _, name in ipairs({'grid_due', 'asked_due', 'lease_until', 'last_success', 'wait_until'}) do
    if redis.call('HEXISTS', key, name) == 1 then redis.call('HINCRBY', key, name, ARGV[2]) end
  end
end
"""


class Bench(Protocol):
    """A store with nothing in it."""

    def connect(self) -> LeaseStore:
        """Connect once more, as another replica does; the bench closes what it connects."""
        ...

    def step(self, seconds: float) -> None:
        """Let the clock of the store be that much further, or back.

        A bench of a real store moves the instants in its rows the other way, which is the same to
        all that is compared with the clock.
        """
        ...

    def forget(self, job: str) -> None:
        """Remove the row of a job, as `deploy-a-new-version.md` says how to."""
        ...


Place: TypeAlias = Callable[[str], str]
"""Returns the URL of an empty database of a kind; it lasts for the session."""


class MemoryBench:
    """Leases in memory."""

    def __init__(self) -> None:
        self._leases = MemoryLeases(FakeClock())

    def connect(self) -> LeaseStore:
        return self._leases.connect(TIMEOUT)

    def step(self, seconds: float) -> None:
        self._leases.step(seconds)

    def forget(self, job: str) -> None:
        self._leases.forget(job)


class PostgresqlBench:
    """A namespace of its own in a database that all tests share."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.namespace = uuid4().hex
        self.control = psycopg.connect(as_conninfo(url), autocommit=True)
        self._source = source_of(url, self.namespace, SystemClock())
        self._stores: list[LeaseStore] = []

    def connect(self) -> LeaseStore:
        self._stores.append(self._source.connect(TIMEOUT))
        return self._stores[-1]

    def step(self, seconds: float) -> None:
        self.control.execute(
            "UPDATE loopjobs_leases SET"
            " grid_due_at = grid_due_at - %(by)s, asked_due_at = asked_due_at - %(by)s,"
            " lease_until = lease_until - %(by)s, last_success_at = last_success_at - %(by)s"
            " WHERE namespace = %(namespace)s",
            {"by": timedelta(seconds=seconds), "namespace": self.namespace},
        )

    def forget(self, job: str) -> None:
        self.control.execute(_FORGET % ("%s", "%s"), [self.namespace, job])

    def close(self) -> None:
        for store in self._stores:
            store.close()
        self.control.close()


class SourceBench:
    """A namespace of its own where a URL leads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.namespace = uuid4().hex
        self.source = source_of(url, self.namespace, SystemClock())
        self._stores: list[LeaseStore] = []

    def connect(self) -> LeaseStore:
        self._stores.append(self.source.connect(TIMEOUT))
        return self._stores[-1]

    def close(self) -> None:
        while self._stores:
            self._stores.pop().close()


class SqliteBench(SourceBench):
    """One process of a machine; its locks are not stepped, for it is its rows that it goes by."""

    def step(self, seconds: float) -> None:
        with closing(sqlite3.connect(read_place(self.url).shown)) as control, control:
            control.execute(
                "UPDATE loopjobs_leases SET grid_due = grid_due - :by, asked_due = asked_due - :by,"
                " lease_until = lease_until - :by, last_success = last_success - :by"
                " WHERE namespace = :namespace",
                {"by": seconds, "namespace": self.namespace},
            )

    def forget(self, job: str) -> None:
        with closing(sqlite3.connect(read_place(self.url).shown)) as control, control:
            control.execute(_FORGET % ("?", "?"), [self.namespace, job])


class RedisBench(SourceBench):
    """A server that forgets nothing and has long known us: a job that it does not know is new."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        with Redis.from_url(url) as control:
            control.hset(f"loopjobs:{{{self.namespace}}}", "since", 0)

    def step(self, seconds: float) -> None:
        with Redis.from_url(self.url) as control:
            pattern = f"loopjobs:{{{self.namespace}}}:*"
            control.eval(_STEP, 0, pattern, -round(seconds * 1_000_000))

    def forget(self, job: str) -> None:
        with Redis.from_url(self.url) as control:
            assert control.delete(f"loopjobs:{{{self.namespace}}}:{job}") == 1


@contextmanager
def memory_bench(place: Place) -> Iterator[Bench]:
    """Set up leases in memory."""
    yield MemoryBench()


@contextmanager
def postgresql_bench(place: Place) -> Iterator[PostgresqlBench]:
    """Set up leases in PostgreSQL."""
    bench = PostgresqlBench(place("postgresql"))
    try:
        yield bench
    finally:
        bench.close()


@contextmanager
def sqlite_bench(place: Place) -> Iterator[SqliteBench]:
    """Set up leases in SQLite."""
    with closing(SqliteBench(place("sqlite"))) as bench:
        yield bench


@contextmanager
def redis_bench(place: Place) -> Iterator[RedisBench]:
    """Set up leases in Redis."""
    with closing(RedisBench(place("redis"))) as bench:
        yield bench


BENCHES: dict[str, Callable[[Place], AbstractContextManager[Bench]]] = {
    "memory": memory_bench,
    "postgresql": postgresql_bench,
    "redis": redis_bench,
    "sqlite": sqlite_bench,
}
