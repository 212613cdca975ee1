"""Cleans up the tables of bulk jobs, a batch at a time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Delete,
    Integer,
    Update,
    case,
    delete,
    exists,
    false,
    insert,
    literal,
    literal_column,
    null,
    select,
    update,
)

from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.cleanup_ports import LostRule, Reaped
from admin_provisioning.domain.retention import FinishedJob
from admin_provisioning.storage.cleanup_conditions import is_abandoned, is_lost
from admin_provisioning.storage.job_predicates import IS_FINISHED, is_in, locked_batch
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from servicekit.database import Database, UtcDateTime

WORKER_LOST: Final = "worker_lost: the process that worked at this job went away, time and again"
ABANDONED: Final = "abandoned: the rows of this job never came to the end"

_ARCHIVED = (
    BulkJobRow.id.label("job_id"),
    BulkJobRow.kind,
    BulkJobRow.outcome,
    BulkJobRow.owner_id,
    BulkJobRow.idempotency_key,
    BulkJobRow.total_count,
    BulkJobRow.ok_count,
    BulkJobRow.failed_count,
    BulkJobRow.created_at,
    BulkJobRow.finished_at,
)


class SqlCleanupStore:
    """A `CleanupStore` on the tables of bulk jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reap(self, rule: LostRule, now: datetime, limit: int) -> Reaped:
        """Take jobs from lost workers, those first whose lease ended first."""
        lost = locked_batch(
            select(BulkJobRow.id).where(is_lost(rule)).order_by(BulkJobRow.lease_until).limit(limit)
        )
        has_tries_left = BulkJobRow.attempt < rule.max_attempts
        statement = (
            _ending(is_lost(rule), BulkJobRow.id.in_(select(lost.c.id)), now=now)
            .values(
                state=case((has_tries_left, BulkJobState.QUEUED), else_=BulkJobState.FAILED),
                finished_at=case((has_tries_left, null()), else_=literal(now, UtcDateTime)),
                error=case((has_tries_left, null()), else_=WORKER_LOST),
                worker_id=None,
                lease_until=None,
            )
            .returning(BulkJobRow.state)
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            states = (await session.scalars(statement)).all()
        requeued = states.count(BulkJobState.QUEUED)
        return Reaped(requeued, len(states) - requeued)

    async def abandon(self, created_before: datetime, now: datetime, limit: int) -> int:
        """Call off jobs whose rows never came, the oldest first."""
        abandoned = locked_batch(
            select(BulkJobRow.id)
            .where(is_abandoned(created_before))
            .order_by(BulkJobRow.created_at, BulkJobRow.id)
            .limit(limit)
        )
        statement = _ending(
            is_abandoned(created_before), BulkJobRow.id.in_(select(abandoned.c.id)), now=now
        ).values(state=BulkJobState.CANCELLED, finished_at=now, error=ABANDONED)
        return await self._change(statement)

    async def doom(self, job: FinishedJob, now: datetime) -> bool:
        """Begin to remove a job, if it is as it was when it was chosen."""
        statement = _ending(
            BulkJobRow.id == job.id,
            BulkJobRow.version == job.version,
            BulkJobRow.hold == false(),
            IS_FINISHED,
            now=now,
        ).values(state=BulkJobState.DELETING, outcome=BulkJobRow.state)
        return await self._change(statement) == 1

    async def delete_items(self, job_id: UUID, limit: int) -> int:
        """Delete rows of a job in their order, but for those that another instance deletes."""
        batch = locked_batch(
            select(BulkJobItemRow.id)
            .where(BulkJobItemRow.job_id == job_id)
            .order_by(BulkJobItemRow.row_no)
            .limit(limit)
        )
        is_doomed = exists().where(BulkJobRow.id == job_id, is_in(BulkJobState.DELETING))
        statement = delete(BulkJobItemRow).where(
            BulkJobItemRow.id.in_(select(batch.c.id)), is_doomed
        )
        return await self._change(statement)

    async def bury(self, job_id: UUID, now: datetime) -> bool:
        """Delete a job without rows and leave its tombstone, both or neither."""
        has_items = exists().where(BulkJobItemRow.job_id == job_id)
        statement = (
            delete(BulkJobRow)
            .where(BulkJobRow.id == job_id, is_in(BulkJobState.DELETING), ~has_items)
            .returning(*_ARCHIVED)
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            row = (await session.execute(statement)).mappings().one_or_none()
            if row is None:
                return False
            tombstone = {**row, "deleted_at": now}
            await session.execute(insert(BulkJobArchiveRow).values(tombstone))
        return True

    async def forget_tombstones(self, deleted_before: datetime, limit: int) -> int:
        """Delete old tombstones, the oldest first."""
        is_old = BulkJobArchiveRow.deleted_at < deleted_before
        batch = locked_batch(
            select(BulkJobArchiveRow.job_id)
            .where(is_old)
            .order_by(BulkJobArchiveRow.deleted_at)
            .limit(limit)
        )
        statement = delete(BulkJobArchiveRow).where(
            BulkJobArchiveRow.job_id.in_(select(batch.c.job_id)), is_old
        )
        return await self._change(statement)

    async def _change(self, statement: Update | Delete) -> int:
        # Counted by what comes back: SQLite's driver cannot count what begins with a batch.
        counted = statement.returning(literal_column("1", Integer))
        async with self._database.writing() as session:
            connection = await session.connection()
            return len((await connection.execute(counted)).all())


def _ending(*conditions: ColumnElement[bool], now: datetime) -> Update:
    """Return an update of jobs that fulfill conditions, which others can tell from before."""
    changed = {"version": BulkJobRow.version + 1, "updated_at": now}
    return update(BulkJobRow).where(*conditions).values(changed)
