"""Looks a refresh token up, with its session and the user of it."""

from datetime import datetime
from typing import Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.scopes import from_text
from login.domain.accounts.sessions import PresentedToken, Session
from login.storage.models import AuthSessionRow, RefreshTokenRow, UserRow

_SESSION: Final = (
    AuthSessionRow.id.label("session_id"),
    AuthSessionRow.user_id,
    AuthSessionRow.pc_id,
    AuthSessionRow.expires_at.label("session_expires_at"),
    AuthSessionRow.absolute_expires_at,
    AuthSessionRow.revoked_at,
    UserRow.scopes,
    UserRow.disabled_at,
)
_TOKEN: Final = (
    RefreshTokenRow.id,
    RefreshTokenRow.issued_at,
    RefreshTokenRow.expires_at,
    RefreshTokenRow.consumed_at,
)


async def present(session: AsyncSession, digest: bytes, now: datetime) -> PresentedToken | None:
    """Return what is known about a refresh token at this moment.

    One statement, for the session could go between two of them.
    """
    statement = (
        select(*_TOKEN, *_SESSION)
        .join(AuthSessionRow, AuthSessionRow.id == RefreshTokenRow.session_id)
        .join(UserRow, UserRow.id == AuthSessionRow.user_id)
        .where(RefreshTokenRow.token_hash == digest)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        return None
    return PresentedToken(
        id=found.id,
        issued_at=found.issued_at,
        expires_at=found.expires_at,
        consumed_at=found.consumed_at,
        session=_to_session(found),
        session_is_over=_is_over(found, now),
        cap=found.absolute_expires_at,
    )


async def live_session(session: AsyncSession, session_id: int, now: datetime) -> Session | None:
    """Return a session that is not over."""
    statement = (
        select(*_SESSION)
        .join(UserRow, UserRow.id == AuthSessionRow.user_id)
        .where(AuthSessionRow.id == session_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None or _is_over(row, now) else _to_session(row)


def _to_session(row: Row[*tuple[object, ...]]) -> Session:
    return Session(
        id=row.session_id,
        user_id=row.user_id,
        pc_id=row.pc_id,
        scopes=from_text(row.scopes),
        expires_at=row.session_expires_at,
    )


def _is_over(row: Row[*tuple[object, ...]], now: datetime) -> bool:
    is_ended = row.revoked_at is not None or row.disabled_at is not None
    return is_ended or bool(now >= row.session_expires_at)
