"""What is particular to PostgreSQL."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from loopjobs import SystemClock
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions
from servicekit.faults import StoreBusyError, StoreUnavailableError
from servicekit.testing import PostgresqlPlace, Templates, round_trips, until_somebody_waits
from servicekit.testing.fixtures import Outage, on_postgresql

from .meters import Meters

pytestmark = on_postgresql


@pytest.fixture
def restart(templates: Templates, database_url: str) -> Callable[[], None]:
    """Do to connections what the restart of the server does."""
    place = templates.place("postgresql")
    assert isinstance(place, PostgresqlPlace)
    return lambda: place.end_connections(database_url)


async def setting(database: Database, name: str, *, writer: bool) -> object:
    opened = database.writing() if writer else database.reading()
    async with opened as session:
        return await session.scalar(text(f"SHOW {name}"))


@pytest.mark.parametrize(
    ("name", "writer", "value"),
    [
        ("transaction_isolation", True, "read committed"),
        ("transaction_isolation", False, "repeatable read"),
        ("transaction_read_only", True, "off"),
        ("transaction_read_only", False, "on"),
        ("lock_timeout", True, "5s"),
        ("lock_timeout", False, "5s"),
        ("idle_in_transaction_session_timeout", True, "1min"),
        ("max_parallel_workers_per_gather", True, "0"),
        ("max_parallel_workers_per_gather", False, "0"),
    ],
)
async def test_transactions_are_set_up_for_a_service(
    database: Database,
    name: str,
    writer: bool,  # noqa: FBT001
    value: str,
) -> None:
    """Writers see what others commit, readers one moment; no waiting is without end.

    And no statement takes more than one processor, whatever the table.
    """
    assert await setting(database, name, writer=writer) == value


async def test_nothing_is_left_behind_on_a_connection(database: Database) -> None:
    """Behind a pooler others get the connection next, and would find our settings."""
    await setting(database, "lock_timeout", writer=True)
    async with database.writer.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        async with driver.cursor() as cursor:
            await cursor.execute("SHOW lock_timeout")
            assert await cursor.fetchone() == ("0",)
            await cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            assert await cursor.fetchone() == (0,)


async def test_a_reader_sees_one_moment(database: Database, meters: Meters) -> None:
    """What is committed between two looks of a reading session is not seen by it."""
    await meters.add(1)
    async with database.reading() as session:
        before = await session.scalar(text("SELECT total FROM meters"))
        await meters.execute("UPDATE meters SET total = total + 1")
        assert await session.scalar(text("SELECT total FROM meters")) == before


async def test_a_restarted_server_costs_no_request(
    database: Database, meters: Meters, restart: Callable[[], None]
) -> None:
    """Connections that died while nobody used them are replaced in silence."""
    async with database.reading(), database.reading():
        pass
    restart()
    await asyncio.gather(*(meters.add(each) for each in (1, 2, 3)))
    assert await meters.ids() == [1, 2, 3]


@pytest.mark.parametrize(("is_read", "end"), [(False, "COMMIT"), (True, "ROLLBACK")])
async def test_a_transaction_costs_two_round_trips_beside_its_statements(
    database: Database,
    is_read: bool,  # noqa: FBT001
    end: str,
) -> None:
    """It begins in one, with all that is set for it, and ends in one; nothing is asked before."""
    with round_trips(database) as asked:
        for _ in range(2):
            async with database.reading() if is_read else database.writing() as session:
                await session.execute(text("SELECT 1"))
    assert len(asked) == 2 * 3
    begin, statement, last = asked[3:]
    assert "BEGIN" in begin
    assert "SELECT 1" in statement
    assert end in last


async def test_a_connection_that_was_spoken_to_is_asked(database_url: str, other: Database) -> None:
    """A server that is still there costs a round trip once, and no new connection."""
    one = {"Url": database_url, "MaxConnections": 1}
    who = text("SELECT pg_backend_pid()")
    async with Database(DatabaseOptions.model_validate(one)) as database:
        async with database.writing() as session:
            connection = await (await session.connection()).get_raw_connection()
            assert connection.driver_connection is not None
            socket = connection.driver_connection.fileno()
            await session.execute(text("LISTEN readings"))
            before = await session.scalar(who)
        async with other.writing() as speaker:
            await speaker.execute(text("NOTIFY readings"))
        await _until_something_comes(socket)
        for costs in (4, 3):
            with round_trips(database) as asked:
                async with database.writing() as session:
                    assert await session.scalar(who) == before
            assert len(asked) == costs


async def _until_something_comes(socket: int) -> None:
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(socket, came.set)
    await came.wait()
    loop.remove_reader(socket)


async def test_a_server_that_ends_in_the_middle_is_unavailable(
    database: Database, meters: Meters, restart: Callable[[], None]
) -> None:
    """The transaction in progress fails and is undone; the next one is served."""
    await meters.add(1)
    write = text("UPDATE meters SET total = total + 1")

    async def write_twice() -> None:
        async with database.writing() as session:
            await session.execute(write)
            restart()
            await session.execute(write)

    with pytest.raises(StoreUnavailableError):
        await write_twice()
    assert (await meters.row(1)).total == 1


async def test_a_server_that_takes_nobody_in_is_unavailable(
    database: Database, meters: Meters, away: Outage
) -> None:
    """While it is away every session says so; when it is back all is well."""
    with away():
        for opened in (database.reading(), database.writing()):
            with pytest.raises(StoreUnavailableError, match="see whether it is there"):
                async with opened as session:
                    await session.execute(text("SELECT 1"))
    assert await meters.ids() == []


async def test_a_deadlock_is_a_busy_store(
    database: Database, other: Database, meters: Meters
) -> None:
    """The server ends one of the two; trying again helps."""
    await meters.add(1)
    await meters.add(2)
    touch = text("UPDATE meters SET total = total + 1 WHERE id = :id")

    async def lock(first: int, second: int, database: Database) -> None:
        async with database.writing() as session:
            await session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            await session.execute(touch, {"id": first})
            locked[first].set()
            await locked[second].wait()
            await session.execute(touch, {"id": second})

    locked = {1: asyncio.Event(), 2: asyncio.Event()}
    ends = await asyncio.gather(lock(1, 2, database), lock(2, 1, other), return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [StoreBusyError]


async def test_a_missing_table_is_no_outage(database: Database) -> None:
    """A mistake in a statement stays one."""
    with pytest.raises(ProgrammingError):
        async with database.reading() as session:
            await session.execute(text("SELECT * FROM nowhere"))


async def test_one_process_at_a_time_changes_the_schema(
    database: Database, other: Database, revisions: Revisions
) -> None:
    """The second waits for the first, and goes on as soon as it has ended."""
    async with database.changing_schema():
        service = MigrationService(other, revisions, SystemClock())
        second = asyncio.create_task(service.start())
        await until_somebody_waits(database)
        assert not second.done()
    await second


async def test_waiting_to_change_the_schema_has_an_end(
    database: Database, impatient: Database
) -> None:
    """After the busy timeout the answer is: busy."""
    async with database.changing_schema():
        with pytest.raises(StoreBusyError):
            async with impatient.changing_schema():
                pass


async def test_a_process_opens_no_more_connections_than_it_may(database_url: str) -> None:
    """Twenty sessions at once share two connections."""
    few = {"Url": database_url, "MaxConnections": 2}

    async def connections() -> int:
        async with database.reading() as session:
            count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            return int(await session.scalar(text(count)) or 0)

    async with Database(DatabaseOptions.model_validate(few)) as database:
        assert not database.is_sqlite
        assert max(await asyncio.gather(*(connections() for _ in range(20)))) == 2
