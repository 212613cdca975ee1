"""All that is particular to PostgreSQL; imported where it is used, for psycopg is an extra."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from loopjobs.migration._errors import MigrationError
from loopjobs.migration._tables.database import (
    Database,
    Row,
    bounded,
    checked,
    select,
    select_nothing,
)
from loopjobs.places import PostgresqlPlace


@contextmanager
def open_postgresql(place: PostgresqlPlace) -> Iterator[Database]:
    """Connect for one transaction that reads; a statement may take half a minute.

    Raises:
        MigrationError: The server cannot be reached, or refuses.
    """
    given = conninfo_to_dict(place.conninfo)
    conninfo = make_conninfo(place.conninfo, **{"connect_timeout": 10, **given})
    try:
        with psycopg.connect(conninfo, row_factory=dict_row) as connection:
            connection.read_only = True
            connection.execute("SET LOCAL statement_timeout = '30s'")
            yield _Postgresql(connection, place.shown)
    except psycopg.Error as error:
        what = error.diag.message_primary or str(error).partition("\n")[0]
        raise MigrationError(f"{place.shown}: cannot be read: {what}.") from None


class _Postgresql:
    def __init__(self, connection: psycopg.Connection[Row], where: str) -> None:
        self._connection = connection
        self.where = where

    def has(self, table: str) -> bool:
        found = self._connection.execute("SELECT to_regclass(%s) AS found", (checked(table),))
        row = found.fetchone()
        return row is not None and row["found"] is not None

    def columns(self, table: str) -> frozenset[str]:
        cursor = self._connection.execute(select_nothing(table).encode())
        return frozenset(column.name.lower() for column in cursor.description or ())

    def rows(self, table: str, columns: Sequence[str]) -> list[Row]:
        return bounded(self._connection.execute(select(table, columns).encode()).fetchall(), table)
