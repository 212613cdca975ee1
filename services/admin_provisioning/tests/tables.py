"""Looks into the tables."""

from sqlalchemy import func, select

from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from servicekit.database import Database


async def count(database: Database, model: type[BulkJobRow | BulkJobItemRow]) -> int:
    """Return how many rows a table has."""
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0
