"""Looking PCs up and changing them, inside of a transaction."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.audit import AuditAction, AuditEvent
from login.domain.errors import PcNotFoundError, PcRemovedError
from login.domain.pc import Pc, PcStatus, RemovedBy, StatusReason
from login.storage.audit import write_audit
from login.storage.changes import fallen_silent, not_removed, renewed
from login.storage.models import NOBODY, PcRow
from login.storage.rows import to_pc
from servicekit.mac import MacAddress


def locked() -> Select[PcRow]:
    """Return the query for PCs that nobody else may change until the transaction ends."""
    # SQLite has no row locks and needs none: its write transactions stand in a queue.
    return select(PcRow).with_for_update()


def found(row: PcRow | None) -> PcRow:
    """Return the row.

    Raises:
        PcNotFoundError: there is none, or it is nobody's any more: a purge is erasing it.
    """
    if row is None or row.mac == NOBODY:
        raise PcNotFoundError
    return row


def live(row: PcRow | None) -> PcRow:
    """Return the row.

    Raises:
        PcNotFoundError: there is none.
        PcRemovedError: it was removed.
    """
    if found(row).deleted_at is not None:
        raise PcRemovedError
    return found(row)


async def latest(session: AsyncSession, mac: MacAddress) -> PcRow | None:
    """Return the live PC with this MAC address, or else the one that was removed last; locked."""
    rows = locked().where(PcRow.mac == mac.digits).limit(1)
    living = await session.scalar(rows.where(PcRow.deleted_at.is_(None)))
    if living is not None:
        return living
    return await session.scalar(
        rows.where(PcRow.deleted_at.is_not(None)).order_by(PcRow.deleted_at.desc(), PcRow.id.desc())
    )


async def touches_a_row(session: AsyncSession, statement: Update) -> bool:
    """Execute an UPDATE; return whether there was anything to change."""
    returning = statement.returning(PcRow.id).execution_options(synchronize_session=False)
    return (await session.execute(returning)).first() is not None


async def change(session: AsyncSession, pc_id: int, changes: Mapping[str, object]) -> Pc:
    """Change one PC; return it as it is then."""
    statement = (
        update(PcRow)
        .where(PcRow.id == pc_id)
        .values(dict(changes))
        .returning(PcRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return to_pc((await session.scalars(statement)).one())


async def bring_back(
    session: AsyncSession, row: PcRow, changes: Mapping[str, object], actor: str, now: datetime
) -> Pc:
    """Change a PC and undo its removal, if it was removed; the audit tells of that.

    If it is not heard in the same breath, it is offline from now on: counted from when it fell
    silent, the next run of PcDeleteJob would retire it again.
    """
    was_removed = row.deleted_at is not None
    silence = {"offline_start_time": now} if was_removed else {}
    pc = await change(session, row.id, {**silence, **changes, **not_removed()})
    if was_removed:
        await tell(session, AuditAction.PC_RESTORED, actor, pc, now)
    return pc


async def remove_for_good(session: AsyncSession, row: PcRow, actor: str, now: datetime) -> Pc:
    """Remove a PC on an administrator's word; again changes nothing."""
    if row.deleted_by == RemovedBy.ADMIN:
        return to_pc(row)
    changes: dict[str, object] = {
        "deleted_at": row.deleted_at or now,
        "deleted_by": RemovedBy.ADMIN.value,
        **renewed(now),
    }
    if row.status == PcStatus.ONLINE:
        changes |= fallen_silent(now, StatusReason.ADMIN)
    pc = await change(session, row.id, changes)
    await tell(session, AuditAction.PC_REMOVED, actor, pc, now)
    return pc


async def tell(
    session: AsyncSession, action: AuditAction, actor: str, pc: Pc, now: datetime
) -> None:
    """Write into the audit what was done to a PC, with what is known of it without its row."""
    details: dict[str, object] = {"mac": str(pc.mac), "hostname": pc.hostname}
    await write_audit(session, [AuditEvent(action, actor, pc_id=pc.id, details=details)], now)
