"""All that is particular to SQLite."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler

from servicekit.database.instants import is_readable_instant
from servicekit.database.options import DatabaseOptions

_READERS: Final = 8
_OWNER_ONLY: Final = 0o600
_WRITTEN_INSTANT: Final = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:*"
_PRIMARY_CODE: Final = 0xFF
_BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class SqliteBackend:
    """SQLite in WAL mode: one writer at a time, and readers that block nobody.

    One connection is the fair queue of the writers of this process, and `BEGIN IMMEDIATE` waits
    for other processes: a transaction that begins by reading and then writes would fail at once
    instead, whatever the busy timeout.
    """

    def __init__(self, url: URL, options: DatabaseOptions) -> None:
        busy_timeout = options.busy_timeout_in_seconds
        self._url = url
        self.writer = _create_engine(url, busy_timeout, connections=1, begin="BEGIN IMMEDIATE")
        self.reader = _create_engine(
            url, busy_timeout, connections=_READERS, begin="BEGIN", query_only=True
        )

    def prepare(self) -> None:
        """Create the database file and its directory.

        The file is for its owner only, as are those that SQLite puts beside it: there may be hashes
        of passwords in it. One that is there already stays as it is.
        """
        file = Path(self._url.database or "")
        file.parent.mkdir(parents=True, exist_ok=True)
        if "uri" in self._url.query:
            return
        # Where it cannot be created, the first connection says so. One that is there must not even
        # be opened: closing it would end the locks that this process has on it.
        with suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY))

    async def take_turn(self, connection: AsyncConnection) -> None:
        """Do nothing: a transaction that writes has the database to itself."""


def _create_engine(
    url: URL, busy_timeout: float, *, connections: int, begin: str, query_only: bool = False
) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_timeout,
        hide_parameters=True,
    )
    pragmas = (
        f"busy_timeout={round(busy_timeout * 1000)}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"query_only={int(query_only)}",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself; the listener below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def is_busy(error: BaseException | None) -> bool:
    """Return whether a driver's error says that others hold the lock."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & _PRIMARY_CODE in _BUSY_CODES


def is_duplicate(error: BaseException | None) -> bool:
    """Return whether a driver's error says that a unique index has this value already."""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_UNIQUE


@compiles(is_readable_instant, "sqlite")
def _text_column(element: is_readable_instant, compiler: SQLCompiler, **kw: object) -> str:
    # A pattern and no date function: it is asked of every row, and six times faster.
    column = compiler.process(element.clauses, **kw)
    return f"coalesce({column} GLOB '{_WRITTEN_INSTANT}', 0)"
