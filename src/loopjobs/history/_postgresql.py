"""All that is particular to PostgreSQL; imported where it is used, for psycopg is an extra."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from loopjobs.history._connection import Row, Session, Value, Values
from loopjobs.history._errors import HistoryUnavailableError, RowRefusedError
from loopjobs.places import PostgresqlPlace

# Keys of advisory locks: any numbers will do that all replicas use and nobody else does.
_SCHEMA_TURN: Final = 0x6C6F6F705F686973
_CLEANING_TURN: Final = 0x6C6F6F705F636C6E

_SHORTEST_CONNECT_TIMEOUT: Final = 2
_STATEMENTS_PER_WAIT: Final = 6
_PARAMETER: Final = re.compile(r":(\w+)")


class PostgresqlConnection:
    """One connection of psycopg's. A pooler in between is fine: nothing is set for a session."""

    types: Mapping[str, str] = {
        # Sorted as Python and SQLite sort, whatever the language of the server.
        "name": 'TEXT COLLATE "C"',
        "instant": "TIMESTAMP WITH TIME ZONE",
        "number": "DOUBLE PRECISION",
        "json": "JSON",
    }
    # Not `to_regclass`: after a wait for others it may still believe that there is no such table.
    find_table = (
        "SELECT 1 FROM pg_catalog.pg_class"
        " WHERE relname = :name AND pg_catalog.pg_table_is_visible(oid)"
    )

    def __init__(self, place: PostgresqlPlace, busy_timeout: float) -> None:
        self.place = place.shown
        self._conninfo = place.conninfo
        self._busy_timeout = busy_timeout
        self._connection: psycopg.Connection | None = None

    def reading(self) -> AbstractContextManager[Session]:
        """Begin; whoever reads blocks nobody here."""
        return self.writing()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Begin; no statement waits for longer than it was told to."""
        try:
            connection = self._connection or self._open()
            with connection.transaction():
                session = _PostgresqlSession(connection)
                milliseconds = max(1, round(self._busy_timeout * 1000))
                session.rows(
                    "SELECT set_config('lock_timeout', :locks, true),"
                    " set_config('statement_timeout', :statements, true)",
                    locks=str(milliseconds),
                    statements=str(milliseconds * _STATEMENTS_PER_WAIT),
                )
                yield session
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            raise RowRefusedError(_words_of(error)) from None
        except psycopg.Error as error:
            self.close()
            # Without its cause: the details of an error of the server quote the row.
            raise HistoryUnavailableError(f"{self.place}: {_words_of(error)}") from None

    def take_turn(self, session: Session) -> None:
        """Wait for a lock that ends with the transaction."""
        session.rows(f"SELECT pg_advisory_xact_lock({_SCHEMA_TURN})")

    def may_clean(self, session: Session) -> bool:
        """Return whether the lock is free; it ends with the transaction."""
        ((is_free,),) = session.rows(f"SELECT pg_try_advisory_xact_lock({_CLEANING_TURN})")
        return bool(is_free)

    def close(self) -> None:
        """Close it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _open(self) -> psycopg.Connection:
        waits = {
            "connect_timeout": max(_SHORTEST_CONNECT_TIMEOUT, math.ceil(self._busy_timeout)),
            "tcp_user_timeout": max(1, round(self._busy_timeout * 1000)) * _STATEMENTS_PER_WAIT,
        }
        given = conninfo_to_dict(self._conninfo)
        conninfo = make_conninfo(
            self._conninfo, **{k: v for k, v in waits.items() if k not in given}
        )
        self._connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)
        return self._connection


def _words_of(error: psycopg.Error) -> str:
    """Return what went wrong, on one line, without the row it is about."""
    words = error.diag.message_primary or str(error).partition("\n")[0]
    return f"{type(error).__name__}: {words}"


class _PostgresqlSession:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, **parameters: Value) -> Sequence[Row]:
        return self._connection.execute(_spelled(statement), parameters).fetchall()

    def change(self, statement: str, **parameters: Value) -> int:
        return self._connection.execute(_spelled(statement), parameters).rowcount

    def change_each(self, statement: str, rows: Sequence[Values]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s").encode(), rows)


def _spelled(statement: str) -> bytes:
    return _PARAMETER.sub(r"%(\1)s", statement).encode()
