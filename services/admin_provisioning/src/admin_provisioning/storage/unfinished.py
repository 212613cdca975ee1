"""How many unfinished jobs one owner has, and may have."""

from typing import Final

from sqlalchemy import String, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from admin_provisioning.domain.bulk_job import UNFINISHED
from admin_provisioning.domain.errors import TooManyUnfinishedError
from admin_provisioning.storage.models import BulkJobRow

# Part of the statement, and in the order of the index: else SQLite would not see that it serves.
_STATES: Final = bindparam(
    "states", sorted(UNFINISHED), expanding=True, literal_execute=True, type_=String
)


async def take_turn(session: AsyncSession, owner_id: str) -> None:
    """Wait for other transactions that give this owner a job; the turn ends with this one.

    Else two requests at once would each count without the other. A lock of a transaction holds
    behind a pooler too. SQLite needs none: its write transactions stand in a queue.
    """
    if session.get_bind().dialect.name == "postgresql":
        turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 0))")
        await session.execute(turn, {"owner": owner_id})


async def refuse_too_many(session: AsyncSession, owner_id: str, most: int) -> None:
    """Let pass an owner who may have one more unfinished job.

    Raises:
        TooManyUnfinishedError: that would be too many.
    """
    count = (
        select(func.count())
        .select_from(BulkJobRow)
        .where(BulkJobRow.owner_id == owner_id, BulkJobRow.state.in_(_STATES))
    )
    if (await session.scalar(count) or 0) >= most:
        raise TooManyUnfinishedError(most)
