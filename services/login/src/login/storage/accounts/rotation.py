"""Exchanges a refresh token for its successor, so that exactly one of many callers does it."""

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy import case, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.errors import InvalidGrantError, TokenReusedError
from login.domain.accounts.sessions import (
    PresentedToken,
    RevokeReason,
    Session,
    SessionRules,
    Verdict,
    judge,
)
from login.domain.audit import AuditAction, AuditEvent
from login.storage.accounts.presented_tokens import present
from login.storage.accounts.revocation import revoke_session
from login.storage.audit import write_audit
from login.storage.models import AuthSessionRow, RefreshTokenRow

_log = logging.getLogger(__name__)


async def rotate(
    session: AsyncSession, digest: bytes, successor: bytes, rules: SessionRules, now: datetime
) -> Session | InvalidGrantError:
    """Decide about a refresh token and do what follows; returns the session if it goes on.

    Otherwise the refusal is returned: to be raised once this has been committed, for the end of a
    session whose token was used again must stay.

    Raises:
        InvalidGrantError: the session ended meanwhile; nothing of this must stay.
    """
    token = await present(session, digest, now)
    if token is None:
        return InvalidGrantError()
    verdict = judge(token, rules.reuse_grace, now)
    if verdict is Verdict.EXCHANGE and not await _consume(session, token, now):
        # Somebody was faster: it is judged anew as what it is by now, if it is there at all.
        token = await present(session, digest, now)
        if token is None or token.consumed_at is None:
            return InvalidGrantError()
        verdict = judge(token, rules.reuse_grace, now)
    match verdict:
        case Verdict.EXCHANGE:
            going_on, successor_id = await _carry_on(session, token, successor, rules, now)
            await _name_successor(session, token, successor_id)
            return going_on
        case Verdict.SIBLING:
            going_on, _ = await _carry_on(session, token, successor, rules, now)
            return going_on
        case Verdict.REUSED:
            return await _end(session, token, now)
        case Verdict.REFUSE:
            return InvalidGrantError()


async def _consume(session: AsyncSession, token: PresentedToken, now: datetime) -> bool:
    """Use the token up; of all who try, the row lock lets one do it."""
    row = RefreshTokenRow
    statement = (
        update(row)
        .where(row.id == token.id, row.consumed_at.is_(None), row.expires_at > now)
        .values(consumed_at=now)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def _carry_on(
    session: AsyncSession,
    token: PresentedToken,
    successor: bytes,
    rules: SessionRules,
    now: datetime,
) -> tuple[Session, int]:
    expires_at = rules.expiry(now, token.cap)
    row = AuthSessionRow
    slide = (
        update(row)
        .where(row.id == token.session.id, row.revoked_at.is_(None), row.expires_at > now)
        .values(
            last_used_at=now,
            # A sibling that was asked for later may have moved it on already.
            expires_at=case((row.expires_at > expires_at, row.expires_at), else_=expires_at),
        )
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(slide)).first() is None:
        raise InvalidGrantError
    issue = (
        insert(RefreshTokenRow)
        .values(
            session_id=token.session.id,
            token_hash=successor,
            issued_at=now,
            expires_at=expires_at,
        )
        .returning(RefreshTokenRow.id)
    )
    successor_id = (await session.execute(issue)).scalar_one()
    return replace(token.session, expires_at=expires_at), successor_id


async def _name_successor(session: AsyncSession, token: PresentedToken, successor_id: int) -> None:
    await session.execute(
        update(RefreshTokenRow)
        .where(RefreshTokenRow.id == token.id)
        .values(replaced_by=successor_id)
        .execution_options(synchronize_session=False)
    )


async def _end(session: AsyncSession, token: PresentedToken, now: datetime) -> InvalidGrantError:
    family = token.session
    if not await revoke_session(session, family.id, RevokeReason.REUSE, now):
        return InvalidGrantError()
    event = AuditEvent(
        AuditAction.TOKEN_REUSE_DETECTED,
        actor=family.subject,
        pc_id=family.pc_id,
        user_id=family.user_id,
        session_id=family.id,
        details={"refresh_token_id": token.id},
    )
    await write_audit(session, [event], now)
    fields = {"user_id": family.user_id, "session_id": family.id}
    _log.warning("a refresh token was used again; its session is revoked", extra=fields)
    return TokenReusedError()
