"""The PCs, as the sweep needs them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, not_, select, update

from login.domain.pc import PcStatus, StatusReason
from login.domain.pc_counts import PcCounts
from login.domain.staleness import Candidate, Census, StaleRule
from login.storage.changes import fallen_silent
from login.storage.models import PcRow
from servicekit.database import Database, is_one_of, is_readable_instant
from servicekit.mac import MacAddress


class SqlSweepStore:
    """A `SweepStore` on the table of PCs."""

    def __init__(self, database: Database, counts: PcCounts | None = None) -> None:
        self._database = database
        self._counts = PcCounts() if counts is None else counts

    @property
    def has_one_writer(self) -> bool:
        """Whether all who write stand in one queue."""
        return self._database.is_sqlite

    async def take_census(self, rule: StaleRule) -> Census:
        """Count the online PCs in one statement."""
        last = PcRow.last_keep_alive_at
        readable = is_readable_instant(last)
        credible = and_(last <= rule.latest_credible, readable)
        statement = select(
            func.count(),
            _count(_is_stale(rule)),
            _count(not_(readable)),
            _count(and_(last > rule.latest_credible, readable)),
            func.max(case((credible, last))),
            func.min(case((and_(last < rule.cutoff, readable), last))),
        ).where(_is_online())
        async with self._database.reading() as session:
            return Census(*(await session.execute(statement)).one())

    async def candidates(self, rule: StaleRule, after: int, limit: int) -> Sequence[Candidate]:
        """List stale PCs in order of id."""
        statement = (
            select(PcRow.id, PcRow.mac)
            .where(_is_online(), _is_stale(rule), PcRow.id > after)
            .order_by(PcRow.id)
            .limit(limit)
        )
        async with self._database.reading() as session:
            rows = await session.execute(statement)
            return [Candidate(pc_id, MacAddress(mac)) for pc_id, mac in rows]

    async def mark_offline(self, ids: Sequence[int], rule: StaleRule, now: datetime) -> int:
        """Declare those PCs offline that are still online and stale.

        A row that somebody has locked is passed over: whoever does is a keep-alive or another
        sweep, and needs no second opinion. So sweeps never wait in each other's way.
        """
        free = (
            select(PcRow.id)
            .where(is_one_of(PcRow.id, ids), _is_online(), _is_stale(rule))
            .order_by(PcRow.id)
            .with_for_update(skip_locked=True)
            .cte("free")
            .prefix_with("MATERIALIZED")
        )
        statement = (
            update(PcRow)
            .where(PcRow.id.in_(select(free.c.id)), _is_online(), _is_stale(rule))
            .values(fallen_silent(now, StatusReason.SWEEP))
            .returning(PcRow.id)
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            marked = len((await session.execute(statement)).all())
        self._counts.note_transitions(PcStatus.OFFLINE, marked)
        return marked


def _is_online() -> ColumnElement[bool]:
    return and_(PcRow.status == PcStatus.ONLINE, PcRow.deleted_at.is_(None))


def _is_stale(rule: StaleRule) -> ColumnElement[bool]:
    # Compared first, looked at after: most PCs were heard, and then the first half is enough.
    last = PcRow.last_keep_alive_at
    readable = is_readable_instant(last)
    if rule.unreadable_is_stale:
        return not_(and_(last >= rule.cutoff, readable))
    return and_(last < rule.cutoff, readable)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
