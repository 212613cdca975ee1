from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chaos.redis_server import REMEMBERS, running_redis
from loopjobs import LeaseStore
from servicekit.testing import Templates

from .benches import BENCHES, Bench, PostgresqlBench, postgresql_bench


class Places:
    """One place of each kind, made when the first test wants it."""

    def __init__(self, templates: Templates, stack: ExitStack) -> None:
        self._templates = templates
        self._stack = stack
        self._urls: dict[str, str] = {}

    def __call__(self, kind: str) -> str:
        if kind not in self._urls:
            self._urls[kind] = self._make(kind)
        return self._urls[kind]

    def _make(self, kind: str) -> str:
        if kind == "redis":
            return self._stack.enter_context(running_redis(*REMEMBERS)).url
        database = self._templates.place(kind)
        url = database.create()
        self._stack.callback(database.drop, url)
        return url


@pytest.fixture(scope="session")
def places(templates: Templates) -> Iterator[Places]:
    """The databases of the session.

    The servers start here, and not in a test: each of them is held to leave nothing open.
    """
    with ExitStack() as stack:
        places = Places(templates, stack)
        places("postgresql")
        places("redis")
        yield places


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest, places: Places) -> Iterator[Bench]:
    """An empty store of each kind."""
    with BENCHES[str(request.param)](places) as bench:
        yield bench


@pytest.fixture(params=sorted(set(BENCHES) - {"memory"}))
def real_bench(request: pytest.FixtureRequest, places: Places) -> Iterator[Bench]:
    """An empty store of each kind that outlives a process."""
    with BENCHES[str(request.param)](places) as bench:
        yield bench


@pytest.fixture
def store(bench: Bench) -> LeaseStore:
    """The first connection to the store."""
    return bench.connect()


@pytest.fixture
def real_store(real_bench: Bench) -> LeaseStore:
    """A connection to such a store."""
    return real_bench.connect()


@pytest.fixture
def other(bench: Bench) -> LeaseStore:
    """The connection of another replica."""
    return bench.connect()


@pytest.fixture
def postgresql(places: Places) -> Iterator[PostgresqlBench]:
    """An empty store in PostgreSQL, for what only that has."""
    with postgresql_bench(places) as bench:
        yield bench
