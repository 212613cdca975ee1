"""Rows by the million: the database makes them itself, out of numbers."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from loopjobs import SystemClock
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions

_AT_ONCE: Final = 100_000
_CACHE_IN_KIBIBYTES: Final = 400_000
_NUMBERED: Final = "n"
_GO_ON: Final = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
"""The ids of further rows come after those that were given."""
_WRITTEN: Final = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True)
class Expressions:
    """What the database makes of the number `n` of a row; all are SQL."""

    is_sqlite: bool
    now: datetime

    def moment(self, offset: timedelta = timedelta(), milliseconds: str = "0") -> str:
        """Return an instant, so far from now and by so many milliseconds more."""
        if self.is_sqlite:
            base = (self.now + offset).strftime(_WRITTEN)[:-3]
            shift = f"printf('%+.3f seconds', ({milliseconds}) / 1000.0)"
            return f"strftime('%Y-%m-%d %H:%M:%f000', '{base}', {shift})"
        base = (self.now + offset).isoformat()
        return f"(timestamptz '{base}' + ({milliseconds}) * interval '1 millisecond')"

    def hexadecimal(self, digits: int, number: str = "n") -> str:
        """Return a number in so many hexadecimal digits."""
        if self.is_sqlite:
            return f"printf('%0{digits}x', {number})"
        return f"lpad(to_hex({number}), {digits}, '0')"

    def mac(self, number: str = "n") -> str:
        """Return the MAC address of a PC."""
        return f"'02' || {self.hexadecimal(10, number)}"

    def sha256(self, words: str) -> str:
        """Return the hash of a text: 32 bytes that are as good as random."""
        return f"sha256({words})" if self.is_sqlite else f"sha256(convert_to({words}, 'UTF8'))"

    def uuid(self, number: str = "n") -> str:
        """Return a UUID that no other number has."""
        digits = self.hexadecimal(32, number)
        return digits if self.is_sqlite else f"({digits})::uuid"

    def document(self, **values: str) -> str:
        """Return a JSON document."""
        function = "json_object" if self.is_sqlite else "json_build_object"
        pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
        return f"{function}({pairs})"

    def series(self) -> str:
        """Return a table of numbers, from `:first` by `:step` to below `:end`."""
        if self.is_sqlite:
            return (
                "(WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL"
                " SELECT n + :step FROM numbers WHERE n + :step < :end) SELECT n FROM numbers)"
            )
        return (
            "(SELECT generate_series(CAST(:first AS bigint), CAST(:end AS bigint) - 1,"
            " CAST(:step AS bigint)) AS n) AS numbers"
        )


@asynccontextmanager
async def filling(url: str, revisions: Revisions) -> AsyncIterator[Database]:
    """Make the tables, and let them be filled; then the database knows what is in them.

    Nothing waits for the disk meanwhile: a database that was filled by halves is thrown away.
    """
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        await MigrationService(database, revisions, SystemClock()).start()
        if database.is_sqlite:
            event.listen(database.writer.sync_engine, "connect", _hurry)
            await database.writer.dispose()
        yield database
        async with database.writer.connect() as connection:
            # Past SQLAlchemy, for it would begin a transaction.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            # Else the server might begin by itself while something is measured.
            statements = ("ANALYZE",) if database.is_sqlite else ("VACUUM ANALYZE", "CHECKPOINT")
            for statement in statements:
                await driver.execute(statement)


def _hurry(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Keep what is written in memory, and teach SQLite to hash."""
    cursor = connection.cursor()
    for pragma in ("synchronous=OFF", f"cache_size=-{_CACHE_IN_KIBIBYTES}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    teach: Callable[[str, int, Callable[[str], bytes]], object] = connection.create_function
    teach("sha256", 1, _sha256)


def _sha256(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


async def insert_rows(
    database: Database,
    table: type[DeclarativeBase],
    columns: Mapping[str, str],
    numbers: range,
    expressions: Expressions,
) -> None:
    """Insert a row for each number.

    Args:
        database: where.
        table: the table.
        columns: an SQL expression for each, in which `n` is the number.
        numbers: which.
        expressions: those of this database.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    into = f"INSERT INTO {table.__tablename__} ({names})"
    statement = text(f"{into} SELECT {values} FROM {expressions.series()}")  # noqa: S608 - our own words alone
    for at in range(0, len(numbers), _AT_ONCE):
        some = numbers[at : at + _AT_ONCE]
        given = {"first": some.start, "end": some[-1] + 1, "step": some.step}
        async with database.writing() as session:
            if not database.is_sqlite:
                # Rows that are made for each other need not be looked up one by one.
                await session.execute(text("SET LOCAL session_replication_role = replica"))
                await session.execute(text("SET LOCAL synchronous_commit = off"))
            await session.execute(statement, given)
            if not database.is_sqlite and columns.get("id") == _NUMBERED:
                await session.execute(_GO_ON, {"table": table.__tablename__, "last": some[-1]})
