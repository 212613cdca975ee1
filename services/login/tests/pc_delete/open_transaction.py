"""A transaction that stays open after the work in it is done."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from servicekit.database import Database


class OpenTransaction(Database):
    """A database as seen from one transaction, which is committed at the end of the block.

    Whoever gets it does all its writing in that transaction.
    """

    def __init__(self, database: Database) -> None:
        self._outer = database
        self._open = AsyncExitStack()
        self.writer = database.writer
        self.reader = database.reader

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        yield self._session

    async def __aenter__(self) -> Self:
        self._session = await self._open.enter_async_context(self._outer.writing())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
