"""A database to look into: read only, bounded, and closed again."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from loopjobs.migration._errors import MigrationError
from loopjobs.places import PostgresqlPlace, SqlitePlace, read_place

Row: TypeAlias = Mapping[str, object]

MOST_ROWS: Final = 100_000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
_PASSWORD: Final = re.compile(r"://[^/@]*:[^/@]+@|[?&]password=", re.IGNORECASE)


class Database(Protocol):
    """What readers of tables need."""

    @property
    def where(self) -> str:
        """What may be shown of its address."""
        ...

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        ...

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of its columns in lower case."""
        ...

    def rows(self, table: str, columns: Sequence[str]) -> list[Row]:
        """Return these columns of all rows, by their names in lower case.

        Raises:
            MigrationError: There are too many rows, or a column is missing.
        """
        ...


@contextmanager
def open_database(url: str) -> Iterator[Database]:
    """Open the database of a URL, to read it.

    Raises:
        MigrationError: It cannot be opened or read.
    """
    if _PASSWORD.search(url):
        raise MigrationError(
            "the URL has a password, which every user of the machine can see. Leave it out, and "
            "give it as PGPASSWORD or in ~/.pgpass."
        )
    try:
        place = read_place(url)
    except ValueError as error:
        raise MigrationError(f"the URL of the database {error}.") from None
    opened = _sqlite(place) if isinstance(place, SqlitePlace) else _postgresql(place)
    with opened as database:
        yield database


def checked(table: str) -> str:
    """Return the name of a table, which stands in statements as it is.

    Raises:
        MigrationError: It is no plain name.
    """
    if not _NAME.fullmatch(table):
        raise MigrationError(f"{table!r} is not the name of a table. Use letters and digits.")
    return table


@contextmanager
def _sqlite(place: SqlitePlace) -> Iterator[Database]:
    try:
        name = place.file if place.is_uri else f"{Path(place.file).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(name, uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield _Sqlite(connection, place.shown)
    except sqlite3.Error as error:
        raise MigrationError(f"{place.shown}: cannot be read: {error}.") from None


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self.where = where

    def has(self, table: str) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND lower(name) = lower(?)",
            (checked(table),),
        )
        return found.fetchone() is not None

    def columns(self, table: str) -> frozenset[str]:
        cursor = self._connection.execute(select_nothing(table))
        return frozenset(column[0].lower() for column in cursor.description)

    def rows(self, table: str, columns: Sequence[str]) -> list[Row]:
        cursor = self._connection.execute(select(table, columns))
        return bounded([dict(zip(columns, row, strict=True)) for row in cursor], table)


@contextmanager
def _postgresql(place: PostgresqlPlace) -> Iterator[Database]:
    # An extra: SQLite does without it.
    from loopjobs.migration._tables.postgresql import open_postgresql  # noqa: PLC0415

    with open_postgresql(place) as database:
        yield database


def select(table: str, columns: Sequence[str]) -> str:
    """Return the statement for these columns of that table, one row more than may be there."""
    return f"SELECT {', '.join(columns)} FROM {checked(table)} LIMIT {MOST_ROWS + 1}"  # noqa: S608 - checked


def select_nothing(table: str) -> str:
    """Return the statement that only tells which columns there are."""
    return f"SELECT * FROM {checked(table)} LIMIT 0"  # noqa: S608 - checked


def bounded(rows: list[Row], table: str) -> list[Row]:
    """Return the rows.

    Raises:
        MigrationError: There are more than anybody has jobs.
    """
    if len(rows) > MOST_ROWS:
        raise MigrationError(f"{table} has more than {MOST_ROWS} rows. Is it the right database?")
    return rows
