"""A pytest plugin: a database for each test, on SQLite and on PostgreSQL.

A service's tests give a fixture `revisions` of their own; then `database_url` runs each test that
wants it twice. `on_sqlite` and `on_postgresql` mark a test that is about one of them, and
`on_any_database` one that is about something else: what a request looks like, say. The mark of a
test counts for more than that of its file.

And a clock that stands still, with access tokens that are good at its time.

It also looks at what every test logs: a secret in it fails the test.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

import pytest

from loopjobs.testing import FakeClock
from servicekit.database import Database, DatabaseOptions, Revisions
from servicekit.testing.compiled_once import compile_once
from servicekit.testing.passing_folder import passing_folder
from servicekit.testing.places import Place, PostgresqlPlace, SqlitePlace
from servicekit.testing.postgresql_server import postgresql_server
from servicekit.testing.secrets import secrets_in
from servicekit.testing.templates import Templates
from servicekit.testing.token_mint import TokenMint

Outage: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Takes the test's database away for as long as the block lasts."""

KINDS = ("sqlite", "postgresql")

on_sqlite = pytest.mark.databases("sqlite")
on_postgresql = pytest.mark.databases("postgresql")
on_every_database = pytest.mark.databases(*KINDS)
on_any_database = on_sqlite
"""For what asks nothing of the database that one would answer in another way: the one that is quick
to make is enough."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known, and compile no statement twice."""
    compile_once()
    config.addinivalue_line("markers", "databases(*kinds): what the test runs on, instead of each")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that wants a database on each kind of them, or on those that its mark names."""
    if "database_kind" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("databases")
        kinds = KINDS if mark is None else mark.args
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Hold every test to it, whatever it is about."""
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    if found := list(secrets_logged(records)):
        pytest.fail(f"secrets were logged: {', '.join(found)}")


def secrets_logged(records: Iterable[logging.LogRecord]) -> Iterator[str]:
    """Tell which kinds of secrets are in records: in texts, fields and tracebacks."""
    formatter = logging.Formatter()
    for record in records:
        for kind in secrets_in(formatter.format(record) + repr(vars(record))):
            yield f"{kind} in a record of {record.name}"


@pytest.fixture
def clock() -> FakeClock:
    """Eight o'clock in the morning, until a test says otherwise."""
    return FakeClock(now=datetime(2026, 11, 24, 8, tzinfo=UTC))


@pytest.fixture
def mint(clock: FakeClock) -> TokenMint:
    """Where the access tokens come from that the services believe in."""
    return TokenMint(clock)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    """Databases to copy; the server starts when the first test needs it and stops at the end."""
    with ExitStack() as servers, Templates(_places(servers)) as templates:
        yield templates


def _places(servers: ExitStack) -> Callable[[str], Place]:
    made: dict[str, Place] = {
        "sqlite": SqlitePlace(servers.enter_context(passing_folder("sqlite")))
    }

    def place(kind: str) -> Place:
        if kind not in made:
            server = PostgresqlPlace(servers.enter_context(postgresql_server()))
            servers.callback(server.close)
            made[kind] = server
        return made[kind]

    return place


@pytest.fixture
def database_url(templates: Templates, database_kind: str, revisions: Revisions) -> Iterator[str]:
    """Where this test's own migrated database is."""
    with templates.migrated(database_kind, revisions) as url:
        yield url


@pytest.fixture
def empty_database_url(templates: Templates, database_kind: str) -> Iterator[str]:
    """Where this test's own database without tables is."""
    with templates.empty(database_kind) as url:
        yield url


@pytest.fixture
def away(templates: Templates, database_kind: str, database_url: str) -> Outage:
    """How this test can take its database away."""
    return partial(templates.place(database_kind).away, database_url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """This test's own migrated database."""
    async with Database(DatabaseOptions.model_validate({"Url": database_url})) as database:
        yield database


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """The same database as a second process has it."""
    async with Database(DatabaseOptions.model_validate({"Url": database_url})) as other:
        yield other


@pytest.fixture
async def impatient(database_url: str) -> AsyncIterator[Database]:
    """The same database as another process sees it that does not wait for long."""
    options = DatabaseOptions.model_validate({"Url": database_url, "BusyTimeoutInSeconds": 0.05})
    async with Database(options) as impatient:
        yield impatient
