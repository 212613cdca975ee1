"""Begins sessions, and counts the sign-ins that failed."""

import logging
from datetime import datetime

from sqlalchemy import case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.errors import SignInRefusedError, UnknownPcError
from login.domain.accounts.ports import NewSession
from login.domain.accounts.scopes import from_text
from login.domain.accounts.sessions import Session, SessionRules
from login.domain.accounts.user import Lockout
from login.domain.audit import AuditAction, AuditEvent
from login.storage.audit import write_audit
from login.storage.models import AuthSessionRow, PcRow, RefreshTokenRow, UserRow

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
    scopes = await _confirm_account(session, asked, now)
    if asked.pc_id is not None:
        await _check_pc(session, asked.pc_id)
    cap = rules.cap(now)
    begun = Session(
        id=await _insert_session(session, asked, cap, rules, now),
        user_id=asked.verified.user.id,
        pc_id=asked.pc_id,
        scopes=from_text(scopes),
        expires_at=rules.expiry(now, cap),
    )
    await session.execute(
        insert(RefreshTokenRow).values(
            session_id=begun.id,
            token_hash=asked.token_digest,
            issued_at=now,
            expires_at=begun.expires_at,
        )
    )
    return begun


async def _confirm_account(session: AsyncSession, asked: NewSession, now: datetime) -> str:
    """Lock the row of the user, if it is as it was when the password was verified."""
    row = UserRow
    statement = (
        update(row)
        .where(
            row.id == asked.verified.user.id,
            row.password_hash == asked.verified.hash,
            row.disabled_at.is_(None),
            func.coalesce(row.locked_until, now) <= now,
        )
        .values(
            failed_count=0,
            locked_until=None,
            password_hash=asked.new_hash or row.password_hash,
        )
        .returning(row.scopes)
        .execution_options(synchronize_session=False)
    )
    scopes = (await session.execute(statement)).scalar_one_or_none()
    if scopes is None:
        raise SignInRefusedError
    return scopes


async def _check_pc(session: AsyncSession, pc_id: int) -> None:
    # A shared lock: the PC must not be purged before the session refers to it.
    statement = (
        select(PcRow.id)
        .where(PcRow.id == pc_id, PcRow.deleted_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    if await session.scalar(statement) is None:
        raise UnknownPcError


async def _insert_session(
    session: AsyncSession, asked: NewSession, cap: datetime, rules: SessionRules, now: datetime
) -> int:
    statement = (
        insert(AuthSessionRow)
        .values(
            user_id=asked.verified.user.id,
            pc_id=asked.pc_id,
            created_at=now,
            last_used_at=now,
            expires_at=rules.expiry(now, cap),
            absolute_expires_at=cap,
        )
        .returning(AuthSessionRow.id)
    )
    return (await session.execute(statement)).scalar_one()
