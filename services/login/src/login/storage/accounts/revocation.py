"""Ends sessions, in the transaction of what ends them."""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.sessions import RevokeReason
from login.storage.models import AuthSessionRow


async def revoke_session(
    session: AsyncSession, session_id: int, reason: RevokeReason, now: datetime
) -> bool:
    """End one session; returns whether it had not been ended before."""
    return await _revoke(session, AuthSessionRow.id == session_id, reason, now) > 0


async def revoke_sessions_of(
    session: AsyncSession, user_id: int, reason: RevokeReason, now: datetime
) -> int:
    """End all sessions of a user that have not ended; returns how many it were."""
    return await _revoke(session, AuthSessionRow.user_id == user_id, reason, now)


async def _revoke(
    session: AsyncSession, which: ColumnElement[bool], reason: RevokeReason, now: datetime
) -> int:
    statement = (
        update(AuthSessionRow)
        .where(which, AuthSessionRow.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason.value)
        .returning(AuthSessionRow.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(statement)).all())
