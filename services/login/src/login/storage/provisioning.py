"""The PCs, as an administrator describes them by MAC address."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.pc import Pc, PcStatus, Registration, StatusReason
from login.domain.pc_counts import PcCounts
from login.domain.provisioning import (
    PcChanges,
    differences,
    is_about,
    replaces_machine,
    wanted_by,
)
from login.storage.changes import renewed
from login.storage.models import PcRow
from login.storage.pc_statements import bring_back, change, found, latest, live, remove_for_good
from login.storage.rows import to_pc
from servicekit.database import Database, again_on_conflict
from servicekit.mac import MacAddress


class SqlPcProvisioning:
    """A `PcProvisioning` on the table of PCs."""

    def __init__(self, database: Database, counts: PcCounts | None = None) -> None:
        self._database = database
        self._counts = PcCounts() if counts is None else counts

    async def put(self, asked: Registration, actor: str, now: datetime) -> tuple[Pc, bool]:
        """Make a PC be as described; returns it and whether it is new."""
        return await again_on_conflict(lambda: self._put(asked, actor, now))

    async def _put(self, asked: Registration, actor: str, now: datetime) -> tuple[Pc, bool]:
        async with self._database.writing() as session:
            known = await latest(session, asked.mac)
            if known is None or not is_about(asked, to_pc(known)):
                return await _create(session, asked, now), True
            changes = _changes(known, wanted_by(asked))
            if not changes and known.deleted_at is None:
                return to_pc(known), False
            before = to_pc(known)
            pc = await bring_back(session, known, changes | renewed(now), actor, now)
        self._counts.note_change(before, pc)
        return pc, False

    async def get(self, mac: MacAddress) -> Pc:
        """Return one PC."""
        rows = select(PcRow).where(PcRow.mac == mac.digits)
        async with self._database.reading() as session:
            row = await session.scalar(rows.where(PcRow.deleted_at.is_(None)))
            return to_pc(live(row or await session.scalar(rows.limit(1))))

    async def change(self, mac: MacAddress, wanted: PcChanges, now: datetime) -> Pc:
        """Change some of a PC."""
        async with self._database.writing() as session:
            row = live(await latest(session, mac))
            changes = _changes(row, wanted)
            return await change(session, row.id, changes | renewed(now)) if changes else to_pc(row)

    async def remove(self, mac: MacAddress, actor: str, now: datetime) -> None:
        """Remove a PC on an administrator's word; again is no error."""
        async with self._database.writing() as session:
            row = found(await latest(session, mac))
            before = to_pc(row)
            pc = await remove_for_good(session, row, actor, now)
        self._counts.note_change(before, pc)


def _changes(row: PcRow, wanted: PcChanges) -> dict[str, object]:
    pc = to_pc(row)
    different = differences(pc, wanted)
    ended = {"credential_hash": None} if replaces_machine(pc, different) else {}
    return {**different, **ended}


async def _create(session: AsyncSession, asked: Registration, now: datetime) -> Pc:
    row = PcRow(
        mac=asked.mac.digits,
        machine_id=asked.machine_id,
        hostname=asked.hostname,
        status=PcStatus.OFFLINE,
        status_reason=StatusReason.ADMIN.value,
        status_changed_at=now,
        offline_start_time=now,
        pinned=False,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(row)
    await session.flush()
    return to_pc(row)
