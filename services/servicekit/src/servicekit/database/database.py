"""One database: sessions that write, and sessions that read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from servicekit.database.backend import Backend
from servicekit.database.fencing import fence
from servicekit.database.options import SQLITE, DatabaseOptions
from servicekit.database.outages import outages_translated
from servicekit.database.postgresql import PostgresqlBackend
from servicekit.database.sqlite import SqliteBackend


class Database:
    """Opens sessions, each in one transaction that ends with its block.

    Nothing is opened before the first session. Raises of every session:
    `StoreUnavailableError` when the store cannot be reached, `StoreBusyError` when others keep it
    locked for longer than the busy timeout.

    Args:
        options: where it is.
        is_fenced: whether the leases of jobs are in it, too: then what a run writes is committed
            only while its lease is the newest.
    """

    def __init__(self, options: DatabaseOptions, *, is_fenced: bool = True) -> None:
        url = make_url(options.url.get_secret_value())
        self._place = _without_secrets(url)
        self._backend = _open(url, options)
        self._is_fenced = is_fenced
        self.writer = self._backend.writer
        self.reader = self._backend.reader
        self._write_sessions = async_sessionmaker(self.writer, expire_on_commit=False)
        self._read_sessions = async_sessionmaker(self.reader, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether one writer at a time is all there can be."""
        return self.writer.dialect.name == "sqlite"

    def prepare(self) -> None:
        """Create the place of the database, if it needs one."""
        self._backend.prepare()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a session that writes; committed at the end, rolled back on an exception.

        Raises:
            LeaseLostError: it is the session of a run, and another replica has its lease.
        """
        with outages_translated(self._place):
            async with self._write_sessions.begin() as session:
                if self._is_fenced:
                    await fence(session)
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one moment and writes nothing."""
        with outages_translated(self._place):
            async with self._read_sessions() as session:
                yield session

    @asynccontextmanager
    async def changing_schema(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection on which one process at a time changes the schema."""
        with outages_translated(self._place):
            async with self.writer.begin() as connection:
                await self._backend.take_turn(connection)
                yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        await self.writer.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _open(url: URL, options: DatabaseOptions) -> Backend:
    if url.drivername == SQLITE:
        return SqliteBackend(url, options)
    return PostgresqlBackend(url, options)


def _without_secrets(url: URL) -> str:
    """Return what a person needs in order to find the database; the query may hold passwords."""
    place = URL.create(url.drivername, host=url.host, port=url.port, database=url.database)
    return place.render_as_string()
