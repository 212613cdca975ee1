"""The PCs, as the endpoints need them."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, Update, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.errors import MacTakenError, PcNotFoundError, PcRemovedError
from login.domain.mac import MacAddress
from login.domain.pc import Page, Pc, PcStatus, Registration, RemovedBy, StatusReason
from login.domain.registration import RegistrationStep, decide_registration
from login.storage.changes import fallen_silent, heard
from login.storage.models import PcRow
from login.storage.rows import to_pc
from servicekit.database import Database

ResultT = TypeVar("ResultT")


class SqlPcRepository:
    """A `PcRepository` on the table of PCs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, asked: Registration, now: datetime) -> tuple[Pc, bool]:
        """Register a PC, which counts as a keep-alive; returns it and whether it is new."""
        return await _with_second_look(lambda: self._register(asked, now))

    async def _register(self, asked: Registration, now: datetime) -> tuple[Pc, bool]:
        async with self._database.writing() as session:
            known = await _latest(session, asked.mac)
            step = decide_registration(asked, to_pc(known) if known else None)
            if known is None or step is RegistrationStep.CREATE:
                return await _create(session, asked, now), True
            changes = heard(now) | _not_removed() | {"hostname": asked.hostname}
            if asked.machine_id is not None:
                changes["machine_id"] = asked.machine_id
            return await _change(session, known, changes), False

    async def keep_alive(self, mac: MacAddress, now: datetime) -> None:
        """Note that a PC was heard; what a job had removed comes back."""
        await _with_second_look(lambda: self._keep_alive(mac, now))

    async def _keep_alive(self, mac: MacAddress, now: datetime) -> None:
        async with self._database.writing() as session:
            if await _touches_a_row(session, _update_live(mac).values(heard(now))):
                return
            row = await _latest(session, mac)
            await _change(session, _unless_removed_for_good(row), heard(now) | _not_removed())

    async def go_offline(self, mac: MacAddress, now: datetime) -> None:
        """Note that a PC said goodbye; a PC that is offline stays as it is."""
        goodbye = (
            _update_live(mac)
            .where(PcRow.status == PcStatus.ONLINE)
            .values(fallen_silent(now, StatusReason.CLIENT))
        )
        async with self._database.writing() as session:
            if not await _touches_a_row(session, goodbye):
                _unless_removed_for_good(await _latest(session, mac))

    async def page(self, status: PcStatus | None, after: int, limit: int) -> Page:
        """List PCs in order of id, beginning after one."""
        statement = (
            select(PcRow)
            .where(PcRow.id > after, PcRow.deleted_at.is_(None))
            .order_by(PcRow.id)
            .limit(limit + 1)
        )
        if status is not None:
            statement = statement.where(PcRow.status == status)
        async with self._database.reading() as session:
            rows = (await session.scalars(statement)).all()
        pcs = tuple(to_pc(row) for row in rows[:limit])
        return Page(pcs, next_after=pcs[-1].id if len(rows) > limit else None)

    async def get(self, pc_id: int) -> Pc:
        """Return one PC."""
        async with self._database.reading() as session:
            row = _found(await session.get(PcRow, pc_id))
        if row.deleted_at is not None:
            raise PcRemovedError
        return to_pc(row)

    async def remove(self, pc_id: int, now: datetime) -> None:
        """Remove a PC on an administrator's word; again is no error."""
        async with self._database.writing() as session:
            row = _found(await session.scalar(_locked(pc_id)))
            if row.deleted_by == RemovedBy.ADMIN:
                return
            changes: dict[str, object] = {
                "deleted_at": row.deleted_at or now,
                "deleted_by": RemovedBy.ADMIN.value,
                "updated_at": now,
                "version": PcRow.version + 1,
            }
            if row.status == PcStatus.ONLINE:
                changes |= fallen_silent(now, StatusReason.ADMIN)
            await _change(session, row, changes)

    async def restore(self, pc_id: int, now: datetime) -> Pc:
        """Bring a removed PC back; a live one is returned as it is."""
        return await _with_second_look(lambda: self._restore(pc_id, now))

    async def _restore(self, pc_id: int, now: datetime) -> Pc:
        async with self._database.writing() as session:
            row = _found(await session.scalar(_locked(pc_id)))
            if row.deleted_at is None:
                return to_pc(row)
            latest = await _latest(session, MacAddress(row.mac))
            if latest is not None and latest.deleted_at is None:
                raise MacTakenError
            changes = _not_removed() | {"updated_at": now, "version": PcRow.version + 1}
            return await _change(session, row, changes)


async def _with_second_look(transaction: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Run a transaction that looks for the PC of a MAC address, and then writes one.

    On PostgreSQL another one may give the MAC address to a PC between the look and the write,
    which the unique index then refuses. The second look sees that PC.
    """
    with suppress(IntegrityError):
        return await transaction()
    return await transaction()


def _update_live(mac: MacAddress) -> Update:
    return update(PcRow).where(PcRow.mac == mac.digits, PcRow.deleted_at.is_(None))


def _locked(pc_id: int) -> Select[PcRow]:
    # SQLite has no row locks and needs none: its write transactions stand in a queue.
    return select(PcRow).where(PcRow.id == pc_id).with_for_update()


def _not_removed() -> dict[str, object]:
    return {"deleted_at": None, "deleted_by": None}


async def _latest(session: AsyncSession, mac: MacAddress) -> PcRow | None:
    """Return the live PC with this MAC address, or else the one that was removed last."""
    rows = select(PcRow).where(PcRow.mac == mac.digits).limit(1).with_for_update()
    live = await session.scalar(rows.where(PcRow.deleted_at.is_(None)))
    if live is not None:
        return live
    return await session.scalar(
        rows.where(PcRow.deleted_at.is_not(None)).order_by(PcRow.deleted_at.desc(), PcRow.id.desc())
    )


async def _touches_a_row(session: AsyncSession, statement: Update) -> bool:
    returning = statement.returning(PcRow.id).execution_options(synchronize_session=False)
    return (await session.execute(returning)).first() is not None


async def _change(session: AsyncSession, row: PcRow, changes: dict[str, object]) -> Pc:
    statement = (
        update(PcRow)
        .where(PcRow.id == row.id)
        .values(changes)
        .returning(PcRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return to_pc((await session.scalars(statement)).one())


async def _create(session: AsyncSession, asked: Registration, now: datetime) -> Pc:
    row = PcRow(
        mac=asked.mac.digits,
        machine_id=asked.machine_id,
        hostname=asked.hostname,
        status=PcStatus.ONLINE,
        status_reason=StatusReason.KEEP_ALIVE.value,
        status_changed_at=now,
        last_keep_alive_at=now,
        pinned=False,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(row)
    await session.flush()
    return to_pc(row)


def _found(row: PcRow | None) -> PcRow:
    if row is None:
        raise PcNotFoundError
    return row


def _unless_removed_for_good(row: PcRow | None) -> PcRow:
    if _found(row).deleted_by == RemovedBy.ADMIN:
        raise PcRemovedError
    return _found(row)
