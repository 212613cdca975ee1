"""Writes the audit, in the transaction of what it tells of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.audit import AuditEvent
from login.storage.models import AuditEventRow


async def write_audit(session: AsyncSession, events: Sequence[AuditEvent], now: datetime) -> None:
    """Add events to the audit; they are there if the transaction is."""
    if events:
        await session.execute(insert(AuditEventRow), [_row(event, now) for event in events])


def _row(event: AuditEvent, now: datetime) -> dict[str, object]:
    return {
        "at": now,
        "action": event.action.value,
        "actor": event.actor,
        "run_id": event.run_id,
        "pc_id": event.pc_id,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "details": event.details or None,
    }
