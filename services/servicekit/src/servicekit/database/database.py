"""One database: sessions that write, and sessions that read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from servicekit.database import sqlite
from servicekit.database.options import DatabaseOptions
from servicekit.database.outages import outages_translated


class Database:
    """Opens sessions, each in one transaction that ends with its block.

    Nothing is opened before the first session. Raises of every session:
    `StoreUnavailableError` when the store cannot be reached, `StoreBusyError` when others keep it
    locked for longer than the busy timeout.
    """

    def __init__(self, options: DatabaseOptions) -> None:
        self._url = make_url(options.url.get_secret_value())
        busy_timeout = options.busy_timeout_in_seconds
        self.writer = sqlite.create_writer(self._url, busy_timeout)
        self.reader = sqlite.create_reader(self._url, busy_timeout)
        self._write_sessions = async_sessionmaker(self.writer, expire_on_commit=False)
        self._read_sessions = async_sessionmaker(self.reader, expire_on_commit=False)

    def prepare(self) -> None:
        """Create the place of the database, if it needs one."""
        sqlite.create_directory(self._url)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a session that writes; committed at the end, rolled back on an exception."""
        with outages_translated():
            async with self._write_sessions.begin() as session:
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one moment and writes nothing."""
        with outages_translated():
            async with self._read_sessions() as session:
                yield session

    @asynccontextmanager
    async def changing_schema(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection on which one process at a time changes the schema."""
        with outages_translated():
            async with self.writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        await self.writer.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
