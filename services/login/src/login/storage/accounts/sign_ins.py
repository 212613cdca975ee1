"""Begins sessions, and counts the sign-ins that failed."""

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import String, bindparam, case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from login.domain.accounts.errors import SignInRefusedError, UnknownPcError
from login.domain.accounts.ports import NewSession
from login.domain.accounts.scopes import from_text
from login.domain.accounts.sessions import Session, SessionRules
from login.domain.accounts.user import Lockout
from login.domain.audit import AuditAction, AuditEvent
from login.storage.audit import write_audit
from login.storage.models import AuthSessionRow, PcRow, RefreshTokenRow, UserRow
from servicekit.database import UtcDateTime

_log = logging.getLogger(__name__)


async def note_failure(
    session: AsyncSession, folded_name: str, rule: Lockout, now: datetime
) -> None:
    """Count a wrong password; an account that is locked stays so until its time, and no longer."""
    row = UserRow
    failures = case((row.locked_until.is_not(None), 1), else_=row.failed_count + 1)
    statement = (
        update(row)
        .where(
            row.username_ci == folded_name,
            or_(row.locked_until.is_(None), row.locked_until <= now),
        )
        .values(
            failed_count=failures,
            locked_until=case((failures >= rule.failures, now + rule.duration), else_=None),
        )
        .returning(row.id, row.locked_until)
        .execution_options(synchronize_session=False)
    )
    counted = (await session.execute(statement)).one_or_none()
    if counted is not None and counted.locked_until is not None:
        await _tell_of_lock(session, counted.id, rule, now)


async def _tell_of_lock(session: AsyncSession, user_id: int, rule: Lockout, now: datetime) -> None:
    details: dict[str, object] = {"failures": rule.failures}
    event = AuditEvent(AuditAction.USER_LOCKED, f"user:{user_id}", user_id=user_id, details=details)
    await write_audit(session, [event], now)
    _log.warning("an account is locked after wrong passwords", extra={"user_id": user_id})


async def begin_session(
    session: AsyncSession, asked: NewSession, rules: SessionRules, now: datetime
) -> Session:
    """Begin a session of a user whose password was right.

    Raises:
        SignInRefusedError: the account changed since its password was verified.
        UnknownPcError: there is no such PC.
    """
    # Past the session, for there are no objects to bring up to date.
    connection = await session.connection()
    scopes = await _confirm_account(connection, asked, now)
    if asked.pc_id is not None:
        await _check_pc(connection, asked.pc_id)
    cap = rules.cap(now)
    expires_at = rules.expiry(now, cap)
    new = {
        "user_id": asked.verified.user.id,
        "pc_id": asked.pc_id,
        "created_at": now,
        "last_used_at": now,
        "expires_at": expires_at,
        "absolute_expires_at": cap,
    }
    session_id = (await connection.execute(_ADD_SESSION, new)).scalar_one()
    token = {
        "session_id": session_id,
        "token_hash": asked.token_digest,
        "issued_at": now,
        "expires_at": expires_at,
    }
    await connection.execute(_ADD_TOKEN, token)
    user_id = asked.verified.user.id
    return Session(session_id, user_id, asked.pc_id, from_text(scopes), expires_at)


async def _confirm_account(connection: AsyncConnection, asked: NewSession, now: datetime) -> str:
    """Lock the row of the user, if it is as it was when the password was verified."""
    given = {
        "this_user": asked.verified.user.id,
        "verified_hash": asked.verified.hash,
        "new_hash": asked.new_hash,
        "now": now,
    }
    scopes = (await connection.execute(_CONFIRM, given)).scalar_one_or_none()
    if scopes is None:
        raise SignInRefusedError
    return scopes


async def _check_pc(connection: AsyncConnection, pc_id: int) -> None:
    # A shared lock: the PC must not be purged before the session refers to it.
    statement = (
        select(PcRow.id)
        .where(PcRow.id == pc_id, PcRow.deleted_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    if await connection.scalar(statement) is None:
        raise UnknownPcError


def _confirm() -> ReturningUpdate[str]:
    row, now = UserRow, bindparam("now", type_=UtcDateTime())
    return (
        update(row)
        .where(
            row.id == bindparam("this_user"),
            row.password_hash == bindparam("verified_hash"),
            row.disabled_at.is_(None),
            func.coalesce(row.locked_until, now) <= now,
        )
        .values(
            failed_count=0,
            locked_until=None,
            password_hash=func.coalesce(bindparam("new_hash", type_=String()), row.password_hash),
        )
        .returning(row.scopes)
    )


# Made once: to make them takes longer than to send them.
_CONFIRM: Final = _confirm()
_ADD_SESSION: Final = insert(AuthSessionRow).returning(AuthSessionRow.id)
_ADD_TOKEN: Final = insert(RefreshTokenRow)
