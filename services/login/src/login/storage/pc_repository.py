"""The PCs, as the endpoints need them."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.errors import MacTakenError
from login.domain.pc import Page, Pc, PcStatus, Registration, StatusReason
from login.domain.pc_counts import PcCounts
from login.domain.pc_credential import PcCredential
from login.domain.provisioning import wanted_by
from login.domain.registration import RegistrationStep, decide_registration
from login.storage.changes import fallen_silent, heard, renewed
from login.storage.group_commit import GroupCommit
from login.storage.heard_together import HeardPc, hear_together
from login.storage.models import PcRow
from login.storage.pc_statements import (
    bring_back,
    found,
    latest,
    live,
    locked,
    remove_for_good,
    touches_a_row,
)
from login.storage.rows import to_pc
from login.storage.speakers import find_speaker, update_speaker
from servicekit.database import Database, again_on_conflict
from servicekit.mac import MacAddress

_MOST_TOGETHER: Final = 500
"""Keep-alives in one transaction: a few milliseconds for the database."""
_MOST_WAITING: Final = 10_000
"""Keep-alives that wait; more are told to come again, which they do by themselves."""


class SqlPcRepository:
    """A `PcRepository` on the table of PCs."""

    def __init__(self, database: Database, counts: PcCounts | None = None) -> None:
        self._database = database
        self._counts = PcCounts() if counts is None else counts
        self._keep_alives = GroupCommit(self._hear_all, _MOST_TOGETHER, _MOST_WAITING)

    async def register(
        self, asked: Registration, credential: PcCredential, actor: str, now: datetime
    ) -> tuple[Pc, bool]:
        """Register a PC, which counts as a keep-alive; returns it and whether it is new."""
        return await again_on_conflict(lambda: self._register(asked, credential, actor, now))

    async def _register(
        self, asked: Registration, credential: PcCredential, actor: str, now: datetime
    ) -> tuple[Pc, bool]:
        async with self._database.writing() as session:
            known = await latest(session, asked.mac)
            step = decide_registration(asked, to_pc(known) if known else None)
            if known is None or step is RegistrationStep.CREATE:
                return await _create(session, asked, credential, now), True
            before = to_pc(known)
            changes = heard(now) | wanted_by(asked) | {"credential_hash": credential.hash}
            pc = await bring_back(session, known, changes, actor, now)
        self._counts.note_change(before, pc)
        return pc, False

    async def keep_alive(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        """Note that a PC was heard; what a job had removed comes back.

        Those that arrive at the same time share a transaction; it has been committed when this
        returns.
        """
        if not await self._keep_alives.submit(HeardPc(mac, credential.hash, now)):
            await again_on_conflict(lambda: self._hear(mac, credential, now))

    async def _hear_all(self, pcs: Sequence[HeardPc]) -> AbstractSet[HeardPc]:
        async with self._database.writing() as session:
            answered = await hear_together(session, pcs, is_sqlite=self._database.is_sqlite)
        self._counts.note_transitions(PcStatus.ONLINE, answered.came_online)
        return answered.touched

    async def _hear(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        hearing = update_speaker(mac, credential).values(heard(now))
        returning = hearing.returning(PcRow.status_changed_at)
        async with self._database.writing() as session:
            since = await session.scalar(returning.execution_options(synchronize_session=False))
            back = None if since is not None else await _return(session, mac, credential, now)
        if back is not None:
            self._counts.note_change(*back)
        elif since == now:
            self._counts.note_transitions(PcStatus.ONLINE)

    async def go_offline(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        """Note that a PC said goodbye; a PC that is offline stays as it is."""
        goodbye = (
            update_speaker(mac, credential)
            .where(PcRow.status == PcStatus.ONLINE)
            .values(fallen_silent(now, StatusReason.CLIENT))
        )
        async with self._database.writing() as session:
            says_goodbye = await touches_a_row(session, goodbye)
            if not says_goodbye:
                await find_speaker(session, mac, credential)
        self._counts.note_transitions(PcStatus.OFFLINE, int(says_goodbye))

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
            return to_pc(live(await session.get(PcRow, pc_id)))

    async def remove(self, pc_id: int, actor: str, now: datetime) -> None:
        """Remove a PC on an administrator's word; again is no error."""
        async with self._database.writing() as session:
            row = found(await session.scalar(locked().where(PcRow.id == pc_id)))
            before = to_pc(row)
            pc = await remove_for_good(session, row, actor, now)
        self._counts.note_change(before, pc)

    async def restore(self, pc_id: int, actor: str, now: datetime) -> Pc:
        """Bring a removed PC back; a live one is returned as it is."""
        return await again_on_conflict(lambda: self._restore(pc_id, actor, now))

    async def _restore(self, pc_id: int, actor: str, now: datetime) -> Pc:
        async with self._database.writing() as session:
            row = found(await session.scalar(locked().where(PcRow.id == pc_id)))
            if row.deleted_at is None:
                return to_pc(row)
            other = await latest(session, MacAddress(row.mac))
            if other is not None and other.deleted_at is None:
                raise MacTakenError
            before = to_pc(row)
            pc = await bring_back(session, row, renewed(now), actor, now)
        self._counts.note_change(before, pc)
        return pc


async def _return(
    session: AsyncSession, mac: MacAddress, credential: PcCredential, now: datetime
) -> tuple[Pc, Pc]:
    """Bring back a PC that was heard; return how it was, and how it is now."""
    row = await find_speaker(session, mac, credential)
    before = to_pc(row)
    return before, await bring_back(session, row, heard(now), f"pc:{row.id}", now)


async def _create(
    session: AsyncSession, asked: Registration, credential: PcCredential, now: datetime
) -> Pc:
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
        credential_hash=credential.hash,
    )
    session.add(row)
    await session.flush()
    return to_pc(row)
