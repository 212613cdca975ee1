"""All that is particular to SQLite."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from loopjobs.migration._errors import MigrationError
from loopjobs.migration._tables.database import (
    Database,
    Row,
    bounded,
    checked,
    select,
    select_nothing,
)
from loopjobs.places import SqlitePlace


@contextmanager
def open_sqlite(place: SqlitePlace) -> Iterator[Database]:
    """Open the file, to read it.

    Raises:
        MigrationError: It cannot be opened or read.
    """
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
