"""What there is to clean up among the bulk jobs."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Uuid,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.cleanup_ports import DoomedJob, LostRule, Reaped
from admin_provisioning.domain.retention import Cutoffs, FinishedJob, Place
from admin_provisioning.storage.cleanup_conditions import is_abandoned, is_lost
from admin_provisioning.storage.job_predicates import IS_FINISHED, is_in
from admin_provisioning.storage.models import BulkJobArchiveRow, BulkJobItemRow, BulkJobRow
from servicekit.database import Database, UtcDateTime


class SqlCleanupView:
    """A `CleanupView` on the tables of bulk jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_kept(self, keep: int, before: datetime) -> Mapping[str, Place]:
        """Return the oldest of each owner's newest; one look at the finished jobs of all."""
        job = BulkJobRow
        place = func.row_number().over(
            partition_by=job.owner_id, order_by=(job.finished_at.desc(), job.id.desc())
        )
        ranked = (
            select(job.owner_id, job.finished_at, job.id, place.label("place"))
            .where(IS_FINISHED, job.finished_at < before)
            .subquery()
        )
        statement = select(ranked.c.owner_id, ranked.c.finished_at, ranked.c.id).where(
            ranked.c.place == keep
        )
        async with self._database.reading() as session:
            return {row[0]: Place(row[1], row[2]) for row in await session.execute(statement)}

    async def old_jobs(
        self, cutoffs: Cutoffs, after: Place | None, limit: int
    ) -> Sequence[FinishedJob]:
        """List finished jobs that are old, in the order of the index."""
        job = BulkJobRow
        statement = (
            select(
                *(job.id, job.version, job.owner_id, job.finished_at, job.state),
                *(job.hold, job.file_key),
            )
            .where(*_is_old(cutoffs, after))
            .order_by(job.finished_at, job.id)
            .limit(limit)
        )
        async with self._database.reading() as session:
            return [
                FinishedJob(
                    *(row.id, row.version, row.owner_id, at, BulkJobState(row.state)),
                    *(row.hold, row.file_key),
                )
                for row in await session.execute(statement)
                if (at := row.finished_at) is not None  # the schema knows, the type does not
            ]

    async def count_old_jobs(self, cutoffs: Cutoffs, after: Place) -> int:
        """Count what comes after one, but for jobs on hold."""
        return await self._count(BulkJobRow.hold == false(), *_is_old(cutoffs, after))

    async def count_finished_after(self, instant: datetime) -> int:
        """Count jobs that finished after an instant."""
        return await self._count(IS_FINISHED, BulkJobRow.finished_at > instant)

    async def doomed_jobs(self, after: UUID | None, limit: int) -> Sequence[DoomedJob]:
        """List jobs that are being removed."""
        statement = select(BulkJobRow.id, BulkJobRow.file_key).where(is_in(BulkJobState.DELETING))
        if after is not None:
            statement = statement.where(BulkJobRow.id > after)
        async with self._database.reading() as session:
            rows = await session.execute(statement.order_by(BulkJobRow.id).limit(limit))
            return [DoomedJob(*row) for row in rows]

    async def count_items(self, job_id: UUID) -> int:
        """Count the rows of a job."""
        return await self._count(BulkJobItemRow.job_id == job_id)

    async def count_lost(self, rule: LostRule) -> Reaped:
        """Count the jobs of lost workers."""
        has_tries_left = BulkJobRow.attempt < rule.max_attempts
        requeued = await self._count(is_lost(rule), has_tries_left)
        return Reaped(requeued, await self._count(is_lost(rule)) - requeued)

    async def count_abandoned(self, created_before: datetime) -> int:
        """Count the jobs whose rows never came."""
        return await self._count(is_abandoned(created_before))

    async def count_tombstones(self, deleted_before: datetime) -> int:
        """Count old tombstones."""
        return await self._count(BulkJobArchiveRow.deleted_at < deleted_before)

    async def keys_in_use(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return those keys of files that a job refers to."""
        statement = select(BulkJobRow.file_key).where(BulkJobRow.file_key.in_(keys))
        async with self._database.reading() as session:
            return {key for key in await session.scalars(statement) if key is not None}

    async def _count(self, *conditions: ColumnElement[bool]) -> int:
        async with self._database.reading() as session:
            return await session.scalar(select(func.count()).where(*conditions)) or 0


def _is_old(cutoffs: Cutoffs, after: Place | None) -> list[ColumnElement[bool]]:
    job = BulkJobRow
    by_outcome = or_(
        and_(is_in(BulkJobState.SUCCEEDED), job.finished_at < cutoffs.succeeded),
        and_(is_in(BulkJobState.PARTIAL), job.finished_at < cutoffs.failed),
        and_(is_in(BulkJobState.FAILED), job.finished_at < cutoffs.failed),
        and_(is_in(BulkJobState.CANCELLED), job.finished_at < cutoffs.cancelled),
    )
    # The second condition follows from the third; it is what the index can be searched by.
    conditions = [IS_FINISHED, job.finished_at < cutoffs.latest, by_outcome]
    if after is not None:
        here = tuple_(literal(after.finished_at, UtcDateTime), literal(after.job_id, Uuid))
        conditions.append(tuple_(job.finished_at, job.id) > here)
    return conditions
