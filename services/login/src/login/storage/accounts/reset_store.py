"""Tokens with which somebody sets a new password, once."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.errors import InvalidGrantError, UserDisabledError
from login.domain.accounts.sessions import RevokeReason
from login.domain.accounts.user import User
from login.domain.accounts.user_name import UserName
from login.domain.audit import AuditAction, AuditEvent
from login.storage.accounts.revocation import revoke_sessions_of
from login.storage.accounts.rows import to_user
from login.storage.accounts.user_store import locked_user
from login.storage.audit import write_audit
from login.storage.models import OneTimeTokenRow, UserRow
from servicekit.database import Database

_PURPOSE: Final = "reset_password"


class SqlResetStore:
    """A `ResetStore` on the table of one-time tokens.

    Every transaction takes the row of the user first, so that no two wait for each other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(
        self, name: UserName, digest: bytes, expires_at: datetime, now: datetime, actor: str
    ) -> User:
        """Keep a new token; those issued before no longer work."""
        async with self._database.writing() as session:
            user = to_user(await locked_user(session, name))
            if user.disabled_at is not None:
                raise UserDisabledError(name.shown)
            await _use_up(session, OneTimeTokenRow.user_id == user.id, now)
            await session.execute(
                insert(OneTimeTokenRow).values(
                    user_id=user.id,
                    purpose=_PURPOSE,
                    token_hash=digest,
                    issued_at=now,
                    expires_at=expires_at,
                )
            )
            event = AuditEvent(AuditAction.PASSWORD_RESET_ISSUED, actor, user_id=user.id)
            await write_audit(session, [event], now)
            return user

    async def is_usable(self, digest: bytes, now: datetime) -> bool:
        """Return whether a token would work now."""
        async with self._database.reading() as session:
            return await _owner(session, digest, now) is not None

    async def redeem(self, digest: bytes, password_hash: str, now: datetime) -> None:
        """Use a token up: set the password, unlock the account, end all its sessions."""
        async with self._database.writing() as session:
            user_id = await _owner(session, digest, now)
            if user_id is None or not await _set_password(session, user_id, password_hash, now):
                raise InvalidGrantError
            if not await _use_up(session, _usable(digest, now), now):
                # Somebody was faster: the exception takes the password back.
                raise InvalidGrantError
            await _use_up(session, OneTimeTokenRow.user_id == user_id, now)
            await revoke_sessions_of(session, user_id, RevokeReason.PASSWORD_RESET, now)
            event = AuditEvent(AuditAction.PASSWORD_RESET, f"user:{user_id}", user_id=user_id)
            await write_audit(session, [event], now)


def _usable(digest: bytes, now: datetime) -> ColumnElement[bool]:
    row = OneTimeTokenRow
    return and_(
        row.token_hash == digest,
        row.purpose == _PURPOSE,
        row.used_at.is_(None),
        row.expires_at > now,
    )


async def _owner(session: AsyncSession, digest: bytes, now: datetime) -> int | None:
    statement = select(OneTimeTokenRow.user_id).where(_usable(digest, now))
    return await session.scalar(statement)


async def _set_password(
    session: AsyncSession, user_id: int, password_hash: str, now: datetime
) -> bool:
    row = UserRow
    statement = (
        update(row)
        .where(row.id == user_id, row.disabled_at.is_(None))
        .values(password_hash=password_hash, failed_count=0, locked_until=None, updated_at=now)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def _use_up(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> bool:
    row = OneTimeTokenRow
    statement = (
        update(row)
        .where(which, row.purpose == _PURPOSE, row.used_at.is_(None))
        .values(used_at=now)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None
