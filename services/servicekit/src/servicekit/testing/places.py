"""Where databases for tests are made: a folder of files, or a server."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from servicekit.database.options import POSTGRESQL, SQLITE
from servicekit.testing.postgresql_server import as_conninfo

_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_END_CONNECTIONS: Final = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
)


class Place(Protocol):
    """Makes databases, and copies of them in a fraction of the time that migrating takes."""

    def create(self) -> str:
        """Make an empty database; return its URL."""
        ...

    def copy(self, url: str) -> str:
        """Make a copy of a database that nobody is connected to; return its URL."""
        ...

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        ...

    def away(self, url: str) -> AbstractContextManager[None]:
        """Let nobody use a database for a while."""
        ...


class SqlitePlace:
    """SQLite: a database is a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self) -> str:
        """Choose a file that is not there yet, in a directory that is not there yet."""
        file = self._folder / uuid4().hex / "test.db"
        return URL.create(SQLITE, database=str(file)).render_as_string()

    def copy(self, url: str) -> str:
        """Copy the file."""
        copied = self.create()
        _file(copied).parent.mkdir()
        shutil.copyfile(_file(url), _file(copied))
        return copied

    def drop(self, url: str) -> None:
        """Remove the directory with the file and its journals."""
        shutil.rmtree(_file(url).parent, ignore_errors=True)

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """Hide the tables: who has the file open would keep it, whatever became of its name."""
        with closing(sqlite3.connect(_file(url), isolation_level=None)) as connection:
            names = [str(name) for (name,) in connection.execute(_TABLES)]
            for name in names:
                connection.execute(f'ALTER TABLE "{name}" RENAME TO "{name}_away"')
            try:
                yield
            finally:
                for name in names:
                    connection.execute(f'ALTER TABLE "{name}_away" RENAME TO "{name}"')


class PostgresqlPlace:
    """PostgreSQL: a database is made by the server."""

    def __init__(self, server_url: str) -> None:
        self._server = make_url(server_url).set(drivername=POSTGRESQL)
        self._connection = psycopg.connect(as_conninfo(server_url), autocommit=True)

    def create(self) -> str:
        """Make an empty database under a name that nobody else has."""
        return self._make(sql.SQL("template1"))

    def copy(self, url: str) -> str:
        """Let the server copy the files."""
        return self._make(_name(url))

    def drop(self, url: str) -> None:
        """Drop it, and the connections to it."""
        self._connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(_name(url)))

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """End all connections to the database and take no new ones."""
        name = _name(url)
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        self._connection.execute(allow.format(name, sql.SQL("false")))
        self.end_connections(url)
        try:
            yield
        finally:
            self._connection.execute(allow.format(name, sql.SQL("true")))

    def end_connections(self, url: str) -> None:
        """End all connections to the database, as the restart of a server does."""
        self._connection.execute(_END_CONNECTIONS, [make_url(url).database])

    def close(self) -> None:
        """Leave the server."""
        self._connection.close()

    def _make(self, template: sql.Composable) -> str:
        url = self._server.set(database=f"loopjobs_test_{uuid4().hex}")
        made = url.render_as_string(hide_password=False)
        # Copied file by file: by way of its log, the other way, it takes half as long again.
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._connection.execute(create.format(_name(made), template))
        return made


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _name(url: str) -> sql.Identifier:
    return sql.Identifier(make_url(url).database or "")
