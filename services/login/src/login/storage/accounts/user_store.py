"""Accounts, as those see them who look after them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.errors import UserNameTakenError, UserNotFoundError
from login.domain.accounts.scopes import as_text
from login.domain.accounts.sessions import RevokeReason
from login.domain.accounts.user import User
from login.domain.accounts.user_name import UserName
from login.domain.audit import AuditAction, AuditEvent
from login.storage.accounts.revocation import revoke_sessions_of
from login.storage.accounts.rows import to_user
from login.storage.audit import write_audit
from login.storage.models import UserRow
from servicekit.database import Database


class SqlUserStore:
    """A `UserStore` on the table of users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, name: UserName, password_hash: str, scopes: frozenset[str], now: datetime, actor: str
    ) -> User:
        """Add a user."""
        row = {
            "username": name.shown,
            "username_ci": name.folded,
            "password_hash": password_hash,
            "scopes": as_text(scopes),
            "created_at": now,
            "updated_at": now,
        }
        try:
            async with self._database.writing() as session:
                added = await session.scalars(insert(UserRow).values(row).returning(UserRow))
                user = to_user(added.one())
                details: dict[str, object] = {"scopes": as_text(scopes)}
                event = AuditEvent(AuditAction.USER_ADDED, actor, user_id=user.id, details=details)
                await write_audit(session, [event], now)
                return user
        except IntegrityError:
            # Without its cause: that one shows the row, and with it the hash of the password.
            raise UserNameTakenError(name.shown) from None

    async def all(self) -> Sequence[User]:
        """List all users in order of their names."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(UserRow).order_by(UserRow.username_ci))
            return [to_user(row) for row in rows]

    async def disable(self, name: UserName, now: datetime, actor: str) -> User:
        """Let nobody sign in with this account, and end its sessions; again is harmless."""
        async with self._database.writing() as session:
            user = to_user(await locked_user(session, name))
            if user.disabled_at is None:
                user = await _change(session, user.id, {"disabled_at": now, "updated_at": now})
                await _tell(session, AuditEvent(AuditAction.USER_DISABLED, actor), user, now)
            await revoke_sessions_of(session, user.id, RevokeReason.USER_DISABLED, now)
            return user

    async def enable(self, name: UserName, now: datetime, actor: str) -> User:
        """Let the user sign in again, also if the account was locked."""
        changes = {"disabled_at": None, "failed_count": 0, "locked_until": None, "updated_at": now}
        async with self._database.writing() as session:
            row = await locked_user(session, name)
            user = await _change(session, row.id, changes)
            await _tell(session, AuditEvent(AuditAction.USER_ENABLED, actor), user, now)
            return user

    async def set_scopes(
        self, name: UserName, scopes: frozenset[str], now: datetime, actor: str
    ) -> User:
        """Change what a user may do, from the next access token on."""
        changes = {"scopes": as_text(scopes), "updated_at": now}
        async with self._database.writing() as session:
            row = await locked_user(session, name)
            details: dict[str, object] = {"before": row.scopes, "after": as_text(scopes)}
            event = AuditEvent(AuditAction.USER_SCOPES_SET, actor, details=details)
            user = await _change(session, row.id, changes)
            await _tell(session, event, user, now)
            return user


async def locked_user(session: AsyncSession, name: UserName) -> UserRow:
    """Return the row of a user, which nobody else changes until the transaction ends.

    Raises:
        UserNotFoundError: there is none.
    """
    statement = select(UserRow).where(UserRow.username_ci == name.folded).with_for_update()
    row = await session.scalar(statement)
    if row is None:
        raise UserNotFoundError(name.shown)
    return row


async def _change(session: AsyncSession, user_id: int, changes: Mapping[str, object]) -> User:
    statement = (
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(dict(changes))
        .returning(UserRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return to_user((await session.scalars(statement)).one())


async def _tell(session: AsyncSession, event: AuditEvent, user: User, now: datetime) -> None:
    await write_audit(session, [replace(event, user_id=user.id)], now)
