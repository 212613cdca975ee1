"""The PCs, as PcDeleteJob sees and retires them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    or_,
    select,
    true,
    type_coerce,
    update,
)

from login.domain.audit import AuditAction
from login.domain.pc import PcStatus, RemovedBy
from login.domain.retirement_ports import Departing, RetirementCensus, Stamp
from login.domain.retirement_rule import RetirementRule
from login.storage.audit import write_audit
from login.storage.departing import (
    has_unknown_start,
    is_in_session,
    is_purgeable,
    is_retirable,
    is_silent,
    offline_since,
)
from login.storage.departure_audit import FACTS, departure
from login.storage.models import AuthSessionRow, PcRow
from login.storage.purge_store import SqlPurgeStore, lock
from servicekit.database import UtcDateTime, is_one_of
from servicekit.mac import MacAddress

PC_RETIRED: Final = "pc_retired"
"""Why a session was revoked."""


class SqlRetirementStore(SqlPurgeStore):
    """A `RetirementStore` on the table of PCs and what hangs on it."""

    async def take_census(self, rule: RetirementRule) -> RetirementCensus:
        """Count the fleet in one statement."""
        async with self._database.reading() as session:
            row = (await session.execute(_census(rule))).one()
        return RetirementCensus(**row._mapping)  # noqa: SLF001 - public in spite of its name

    async def retirable(
        self, rule: RetirementRule, after: Departing | None, limit: int
    ) -> Sequence[Departing]:
        """List PCs to retire."""
        return await self._list(offline_since(), is_retirable(rule), after, limit)

    async def purgeable(
        self, rule: RetirementRule, after: Departing | None, limit: int
    ) -> Sequence[Departing]:
        """List PCs to purge."""
        retired_at = type_coerce(PcRow.deleted_at, UtcDateTime())
        return await self._list(retired_at, is_purgeable(rule), after, limit)

    async def _list(
        self,
        since: SQLColumnExpression[datetime],
        condition: ColumnElement[bool],
        after: Departing | None,
        limit: int,
    ) -> Sequence[Departing]:
        statement = (
            select(since, PcRow.id, PcRow.mac)
            .where(condition)
            .order_by(since, PcRow.id)
            .limit(limit)
        )
        if after is not None:
            later = or_(since > after.since, and_(since == after.since, PcRow.id > after.id))
            statement = statement.where(later)
        async with self._database.reading() as session:
            rows = await session.execute(statement)
            return [Departing(since, pc_id, MacAddress(mac)) for since, pc_id, mac in rows]

    async def retire(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
        """Retire those PCs that nobody is busy with and the rule still covers."""
        condition = is_retirable(rule)
        async with self._database.writing() as session:
            # Two statements: the second one sees who signed in until the first one had the locks.
            locked = await lock(session, ids, condition)
            statement = (
                update(PcRow)
                .where(is_one_of(PcRow.id, locked), condition)
                .values(
                    deleted_at=stamp.now,
                    deleted_by=RemovedBy.JOB.value,
                    updated_at=stamp.now,
                    version=PcRow.version + 1,
                )
                .returning(*FACTS)
                .execution_options(synchronize_session=False)
            )
            retired = (await session.execute(statement)).all()
            await session.execute(
                update(AuthSessionRow)
                .where(
                    is_one_of(AuthSessionRow.pc_id, [row.id for row in retired]),
                    AuthSessionRow.revoked_at.is_(None),
                )
                .values(revoked_at=stamp.now, revoke_reason=PC_RETIRED)
                .execution_options(synchronize_session=False)
            )
            events = [departure(AuditAction.PC_RETIRED, row, stamp) for row in retired]
            await write_audit(session, events, stamp.now)
            return len(retired)


def _census(rule: RetirementRule) -> Select[tuple[object, ...]]:
    silent, free = is_silent(rule), is_retirable(rule)
    in_session = and_(~PcRow.pinned, is_in_session(rule))
    start = PcRow.offline_start_time
    parts = (
        select(
            func.count().label("live"),
            _count(and_(PcRow.status == PcStatus.ONLINE, start.is_not(None))).label(
                "contradictory"
            ),
        ).where(PcRow.deleted_at.is_(None)),
        select(
            _count(free).label("candidates"),
            _count(and_(PcRow.pinned)).label("skipped_pinned"),
            _count(in_session).label("skipped_in_session"),
            func.min(case((free, offline_since()))).label("oldest_offline_since"),
        ).where(silent),
        select(func.count().label("unknown_start")).where(has_unknown_start()),
        select(func.count().label("purgeable")).where(is_purgeable(rule)),
    )
    first, *others = (part.subquery() for part in parts)
    side_by_side: FromClause = first
    for other in others:
        side_by_side = side_by_side.join(other, true())
    return select(side_by_side)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
