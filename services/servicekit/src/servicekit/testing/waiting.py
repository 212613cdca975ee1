"""Transactions that wait for each other."""

from typing import Final

from sqlalchemy import text

from servicekit.database import Database

_WAITING: Final = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def until_somebody_waits(database: Database) -> None:
    """Return as soon as a transaction stands before a lock."""
    waiting = 0
    while not waiting:
        async with database.reading() as session:
            waiting = await session.scalar(_WAITING) or 0
