"""Looks a refresh token up, with its session and the user of it."""

from datetime import datetime
from typing import Final

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.scopes import from_text
from login.domain.accounts.sessions import PresentedToken, Session
from login.storage.models import AuthSessionRow, RefreshTokenRow, UserRow

_SESSION: Final = (
    AuthSessionRow.id,
    AuthSessionRow.user_id,
    AuthSessionRow.pc_id,
    AuthSessionRow.expires_at,
    AuthSessionRow.absolute_expires_at,
    AuthSessionRow.revoked_at,
    UserRow.scopes,
    UserRow.disabled_at,
)
_Columns = tuple[int, int, int | None, datetime, datetime, datetime | None, str, datetime | None]


async def present(session: AsyncSession, digest: bytes, now: datetime) -> PresentedToken | None:
    """Return what is known about a refresh token at this moment."""
    token = RefreshTokenRow
    statement = select(
        token.id, token.issued_at, token.expires_at, token.consumed_at, token.session_id
    ).where(token.token_hash == digest)
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        return None
    row = (await session.execute(_select_session(found.session_id))).one_or_none()
    if row is None:  # between the two looks both were cleaned up
        return None
    return PresentedToken(
        id=found.id,
        issued_at=found.issued_at,
        expires_at=found.expires_at,
        consumed_at=found.consumed_at,
        session=_to_session(row),
        session_is_over=_is_over(row, now),
        cap=row.absolute_expires_at,
    )


async def live_session(session: AsyncSession, session_id: int, now: datetime) -> Session | None:
    """Return a session that is not over."""
    row = (await session.execute(_select_session(session_id))).one_or_none()
    return None if row is None or _is_over(row, now) else _to_session(row)


def _select_session(session_id: int) -> Select[*_Columns]:
    return (
        select(*_SESSION)
        .join(UserRow, UserRow.id == AuthSessionRow.user_id)
        .where(AuthSessionRow.id == session_id)
    )


def _to_session(row: Row[*_Columns]) -> Session:
    return Session(row.id, row.user_id, row.pc_id, from_text(row.scopes), row.expires_at)


def _is_over(row: Row[*_Columns], now: datetime) -> bool:
    return row.revoked_at is not None or row.disabled_at is not None or now >= row.expires_at
