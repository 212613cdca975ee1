"""Sessions, engines and column types."""

import asyncio
import logging
import threading
import traceback
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import TextClause, select, text, update
from sqlalchemy.dialects import registry
from sqlalchemy.exc import IntegrityError, StatementError

from servicekit.database import Database, DatabaseOptions, UtcDateTime, is_readable_instant
from servicekit.faults import StoreBusyError, StoreUnavailableError
from servicekit.testing.fixtures import on_sqlite

from .meters import Meter, Meters

POSTGRESQL = registry.load("postgresql")()
PASSWORD = "hunter2"
WRITE = text("UPDATE meters SET total = total")


async def pragma(database: Database, name: str, *, writer: bool) -> object:
    opened = database.writing() if writer else database.reading()
    async with opened as session:
        return await session.scalar(text(f"PRAGMA {name}"))


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5_000)],
)
@pytest.mark.parametrize("writer", [True, False])
async def test_connections_are_set_up_for_a_service(
    database: Database,
    name: str,
    value: object,
    writer: bool,  # noqa: FBT001
) -> None:
    """Writers and readers go side by side, foreign keys hold, waiting has an end."""
    assert await pragma(database, name, writer=writer) == value


async def test_read_then_write_waits_for_its_turn(database: Database, meters: Meters) -> None:
    """Transactions that begin by reading what they will write stand in a queue."""
    await meters.add(1)

    async def count_up() -> None:
        async with database.writing() as session:
            total = await session.scalar(select(Meter.total).with_for_update())
            await session.execute(update(Meter).values(total=(total or 0) + 1))

    await asyncio.gather(*(count_up() for _ in range(8)))
    assert (await meters.row(1)).total == 9


async def test_readers_do_not_wait_for_a_writer(database: Database, meters: Meters) -> None:
    """A list is shown while a write is open, as it was before the write."""
    await meters.add(1)
    async with database.writing() as session:
        await session.execute(text("UPDATE meters SET total = 2"))
        assert (await meters.row(1)).total == 1


async def test_a_session_that_reads_cannot_write(database: Database, meters: Meters) -> None:
    """Whoever picks the wrong session learns it at once."""
    await meters.add(1)
    with pytest.raises(StoreUnavailableError):
        async with database.reading() as session:
            await session.execute(text("UPDATE meters SET total = 2"))


async def test_an_exception_undoes_the_transaction(database: Database, meters: Meters) -> None:
    """All or nothing, and the exception passes as it is."""
    await meters.add(1)

    async def fail_in_the_middle() -> None:
        async with database.writing() as session:
            await session.execute(text("UPDATE meters SET total = 2"))
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await fail_in_the_middle()
    assert (await meters.row(1)).total == 1


async def test_a_lock_held_by_another_process_makes_the_store_busy(
    database: Database, impatient: Database, meters: Meters
) -> None:
    """After the busy timeout the answer is: busy."""
    await meters.add(1)
    async with database.writing() as session:
        await session.execute(WRITE)
        with pytest.raises(StoreBusyError, match="locked by others"):
            await _execute(impatient, WRITE)


async def test_a_queue_that_does_not_move_makes_the_store_busy(database_url: str) -> None:
    """The same goes for sessions of one process that wait for a connection."""
    one = {"Url": database_url, "BusyTimeoutInSeconds": 0.05, "MaxConnections": 1}
    async with (
        Database(DatabaseOptions.model_validate(one)) as database,
        database.writing() as session,
    ):
        await session.execute(WRITE)
        with pytest.raises(StoreBusyError, match="became free"):
            await _execute(database, WRITE)


async def _execute(database: Database, statement: TextClause) -> None:
    async with database.writing() as session:
        await session.execute(statement)


async def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    """A directory where the file should be, say."""
    (tmp_path / "kit.db").mkdir()
    url = f"sqlite+aiosqlite:///{tmp_path}/kit.db"
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        with pytest.raises(StoreUnavailableError, match=r"cannot serve now: OperationalError"):
            await _execute(database, text("SELECT 1"))
    # The driver leaves the thread of a connection that failed to end by itself.
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join()


async def test_the_database_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """It holds hashes of passwords; and so for the files beside it."""
    url = f"sqlite+aiosqlite:///{tmp_path}/new/kit.db"
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        database.prepare()
        await _execute(database, text("CREATE TABLE t (x)"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "new").iterdir()}
    assert modes == dict.fromkeys(("kit.db", "kit.db-wal", "kit.db-shm"), 0o600)


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    """A damaged file is as good as none."""
    (tmp_path / "kit.db").write_text("no database, but long enough to be asked " * 100)
    url = f"sqlite+aiosqlite:///{tmp_path}/kit.db"
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        with pytest.raises(StoreUnavailableError, match=r"cannot serve now: DatabaseError"):
            await _execute(database, text("SELECT 1"))


async def test_a_server_that_is_not_there_is_named_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the message, nor its causes, nor the log tell a password."""
    caplog.set_level(logging.DEBUG)
    url = f"postgresql://me:{PASSWORD}@127.0.0.1:1/x?sslpassword={PASSWORD}"
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        with pytest.raises(StoreUnavailableError) as failed:
            async with database.writing() as session:
                await session.execute(text("SELECT 1"))
    assert "postgresql+psycopg://127.0.0.1:1/x cannot serve now" in str(failed.value)
    assert PASSWORD not in "".join(traceback.format_exception(failed.value))
    assert PASSWORD not in caplog.text


async def test_a_broken_constraint_is_no_outage(meters: Meters) -> None:
    """What a statement did wrong is not blamed on the store."""
    with pytest.raises(IntegrityError):
        await meters.execute("INSERT INTO readings VALUES (404, 7)")


async def test_an_error_does_not_quote_the_row(meters: Meters) -> None:
    """A row may hold what no log may: neither its old values nor its new ones are told."""
    await meters.add(1)
    old, new = f"old-{PASSWORD}", f"new-{PASSWORD}"
    await meters.execute("UPDATE meters SET label = :label", label=old)
    with pytest.raises(IntegrityError) as refused:
        await meters.execute("UPDATE meters SET total = -1, label = :label", label=new)
    assert "ck_meters_total" in str(refused.value)
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-3))])
async def test_instants_come_back_as_they_went_in(meters: Meters, zone: timezone) -> None:
    """Any time zone goes in, UTC comes out, microseconds included."""
    went_in = datetime(2026, 11, 24, 22, 0, 0, 1, tzinfo=zone)
    await meters.add(1, read_at=went_in)
    came_out = (await meters.row(1)).read_at
    assert came_out == went_in
    assert came_out is not None
    assert came_out.tzinfo is UTC


def test_an_instant_with_a_zone_of_the_database_is_brought_to_utc() -> None:
    """PostgreSQL answers in the zone of the session."""
    here = datetime(2026, 11, 24, 22, tzinfo=timezone(timedelta(hours=-3)))
    there = UtcDateTime().process_result_value(here, POSTGRESQL)
    assert there == here
    assert there is not None
    assert there.tzinfo is UTC


async def test_naive_datetimes_are_refused(database: Database) -> None:
    """A time without a zone is somebody's mistake."""
    naive = datetime(2026, 11, 24)  # noqa: DTZ001 - that is the mistake
    with pytest.raises(StatementError, match="naive datetime"):
        async with database.reading() as session:
            await session.execute(select(Meter).where(Meter.read_at == naive))


def test_a_typed_column_is_readable_unless_it_is_null() -> None:
    """PostgreSQL needs no look into the text."""
    query = select(is_readable_instant(Meter.read_at))
    compiled = str(query.compile(dialect=POSTGRESQL))
    assert "(meters.read_at IS NOT NULL)" in compiled


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("nonsense", "is not a database URL"),
        ("postgresql://me:hunter2@db:none/login", "is not a database URL"),
        ("mysql://me:hunter2@db/login", "must begin with sqlite"),
        ("postgresql+asyncpg://me:hunter2@db/login", r"or postgresql\+psycopg://"),
        ("postgresql+psycopg://me:hunter2@db", "must name a database"),
        ("sqlite:///var/kit.db", "must begin with sqlite"),
        ("sqlite+aiosqlite://", "must name a file"),
        ("sqlite+aiosqlite:///:memory:", "must name a file"),
    ],
)
def test_urls_that_cannot_work_are_refused(url: str, rule: str) -> None:
    """The rule is told, and no password with it."""
    with pytest.raises(ValidationError, match=rule) as refused:
        DatabaseOptions.model_validate({"Url": url})
    assert "hunter2" not in str(refused.value)


def test_the_url_is_a_secret() -> None:
    """Whoever prints the options does not print a password."""
    url = "sqlite+aiosqlite:///kit.db"
    assert "kit.db" not in repr(DatabaseOptions.model_validate({"Url": url}))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_name_of_postgresql_is_understood(scheme: str) -> None:
    """The driver is ours to choose; all after the scheme stays as it is."""
    options = DatabaseOptions.model_validate(
        {"Url": f"{scheme}://me:p%40ss@db:6432/x?sslmode=require"}
    )
    assert (
        options.url.get_secret_value() == "postgresql+psycopg://me:p%40ss@db:6432/x?sslmode=require"
    )


def test_a_service_owns_its_default() -> None:
    """The kit has none: two services in one directory would share a file."""
    with pytest.raises(ValidationError, match="Field required"):
        DatabaseOptions.model_validate({})
