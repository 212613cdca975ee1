"""The PCs, as PcDeleteJob purges them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.audit import AuditAction
from login.domain.retirement_ports import Stamp, StillReferencedError
from login.domain.retirement_rule import RetirementRule
from login.storage.audit import write_audit
from login.storage.constraint_names import foreign_key_met
from login.storage.departing import is_claimed, is_purgeable
from login.storage.departure_audit import FACTS, Facts, departure
from login.storage.models import NOBODY, PcRow
from login.storage.purge_order import PURGE_ORDER
from servicekit.database import Database, is_one_of

_WEIGHED_AT_ONCE: Final = 1_000
"""PCs whose rows are counted in one statement."""


class SqlPurgeStore:
    """The purging half of a `RetirementStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def weigh(self, ids: Sequence[int]) -> Mapping[int, int]:
        """Count the rows that hang on each of those PCs, in transactions that stay short."""
        weights: dict[int, int] = {}
        for at in range(0, len(ids), _WEIGHED_AT_ONCE):
            some = ids[at : at + _WEIGHED_AT_ONCE]
            counts = union_all(*(branch.count(some) for branch in PURGE_ORDER)).subquery()
            pc_id, rows = counts.c
            statement = select(pc_id, func.sum(rows)).group_by(pc_id)
            async with self._database.reading() as session:
                weights |= {pc: int(sum_) for pc, sum_ in await session.execute(statement)}
        return weights

    async def purge(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
        """Delete those PCs that nobody is busy with and the rule still covers, leaf first."""
        condition = is_purgeable(rule)
        async with self._deleting() as session:
            leaving = [row.id for row in await _lock_and_look(session, ids, condition)]
            if not leaving:
                return 0
            for branch in PURGE_ORDER:
                await session.execute(branch.delete(leaving))
            gone = await session.execute(
                delete(PcRow)
                .where(is_one_of(PcRow.id, leaving), condition)
                .returning(*FACTS)
                .execution_options(synchronize_session=False)
            )
            events = [departure(AuditAction.PC_PURGED, row, stamp) for row in gone]
            await write_audit(session, events, stamp.now)
            return len(events)

    async def claim(self, pc_id: int, rule: RetirementRule, stamp: Stamp) -> bool:
        """Take a PC's identity away, if nobody is busy with it and the rule still covers it."""
        condition = is_purgeable(rule)
        async with self._database.writing() as session:
            leaving = await _lock_and_look(session, [pc_id], condition)
            if not leaving:
                return False
            await session.execute(
                update(PcRow)
                .where(PcRow.id == pc_id, condition)
                .values(
                    mac=NOBODY,
                    machine_id=None,
                    credential_hash=None,
                    updated_at=stamp.now,
                    version=PcRow.version + 1,
                )
                .execution_options(synchronize_session=False)
            )
            events = [departure(AuditAction.PC_PURGED, row, stamp) for row in leaving]
            await write_audit(session, events, stamp.now)
            return True

    async def claimed(self, limit: int) -> Sequence[int]:
        """List PCs of which only rows are left."""
        statement = select(PcRow.id).where(is_claimed()).order_by(PcRow.id).limit(limit)
        async with self._database.reading() as session:
            return (await session.scalars(statement)).all()

    async def erase(self, pc_id: int, limit: int) -> bool:
        """Delete so many rows of a claimed PC, leaf first; the PC itself after its last one."""
        async with self._deleting() as session:
            if not await lock(session, [pc_id], is_claimed()):
                return False
            connection = await session.connection()
            for branch in PURGE_ORDER:
                limit -= (await connection.execute(branch.delete_some(pc_id, limit))).rowcount
                if limit <= 0:
                    return True
            await connection.execute(delete(PcRow).where(PcRow.id == pc_id, is_claimed()))
            return False

    @asynccontextmanager
    async def _deleting(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._database.writing() as session:
                yield session
        except IntegrityError as error:
            async with self._database.reading() as another:
                name = await foreign_key_met(another, error)
            raise StillReferencedError(name) from error


async def lock(
    session: AsyncSession, ids: Sequence[int], condition: ColumnElement[bool]
) -> Sequence[int]:
    """Lock those PCs to which a condition applies, passing over those that others have locked.

    So two runs never wait for each other, and share the work. While the locks last nobody can
    bring such a PC back, or sign in at it. SQLite has no row locks and needs none: its write
    transactions stand in a queue.
    """
    statement = (
        select(PcRow.id)
        .where(is_one_of(PcRow.id, ids), condition)
        .order_by(PcRow.id)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def _lock_and_look(
    session: AsyncSession, ids: Sequence[int], condition: ColumnElement[bool]
) -> Sequence[Facts]:
    # The look is a statement of its own: it sees what was committed until the locks were there.
    locked = await lock(session, ids, condition)
    statement = select(*FACTS).where(is_one_of(PcRow.id, locked), condition).order_by(PcRow.id)
    return (await session.execute(statement)).all()
