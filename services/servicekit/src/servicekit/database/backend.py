"""What differs from database to database."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Backend(Protocol):
    """One kind of database; nothing is opened before the first session."""

    @property
    def writer(self) -> AsyncEngine:
        """The engine of transactions that write."""
        ...

    @property
    def reader(self) -> AsyncEngine:
        """The engine of transactions that see one moment and write nothing."""
        ...

    def prepare(self) -> None:
        """Create the place of the database, if it needs one."""
        ...

    async def take_turn(self, connection: AsyncConnection) -> None:
        """Let no other process change the schema until the transaction ends."""
        ...
