"""The bulk jobs, as a worker sees them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState
from admin_provisioning.domain.job_queue import (
    Claim,
    Item,
    ItemResult,
    LeaseLostError,
    Progress,
)
from admin_provisioning.storage.job_predicates import (
    IS_PENDING_ITEM,
    is_in,
    is_waiting_as,
    locked_batch,
)
from admin_provisioning.storage.models import ERROR_LENGTH, BulkJobItemRow, BulkJobRow
from servicekit.database import Database

_PROGRESS = (BulkJobRow.ok_count, BulkJobRow.failed_count, BulkJobRow.cancel_requested_at)


class SqlJobQueue:
    """A `JobQueue` on the tables of bulk jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, worker_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        """Take the oldest job that waits, in one conditional statement."""
        oldest = locked_batch(
            select(BulkJobRow.id)
            .where(_may_be_claimed(now))
            .order_by(BulkJobRow.created_at, BulkJobRow.id)
            .limit(1)
        )
        statement = (
            update(BulkJobRow)
            .where(BulkJobRow.id.in_(select(oldest.c.id)), _may_be_claimed(now))
            .values(
                state=BulkJobState.RUNNING,
                worker_id=worker_id,
                lease_until=lease_until,
                not_before=None,
                attempt=BulkJobRow.attempt + 1,
                started_at=func.coalesce(BulkJobRow.started_at, now),
                updated_at=now,
                version=BulkJobRow.version + 1,
            )
            .returning(
                BulkJobRow.id,
                BulkJobRow.kind,
                BulkJobRow.attempt,
                BulkJobRow.total_count,
                *_PROGRESS,
            )
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            row = (await session.execute(statement)).one_or_none()
        if row is None:
            return None
        return Claim(
            job_id=row.id,
            kind=BulkJobKind(row.kind),
            worker_id=worker_id,
            attempt=row.attempt,
            total=row.total_count,
            progress=_to_progress(row.ok_count, row.failed_count, row.cancel_requested_at),
        )

    async def renew(self, claim: Claim, lease_until: datetime) -> None:
        """Hold on to a job."""
        async with self._database.writing() as session:
            await _change(session, claim, {"lease_until": lease_until})

    async def pending(self, claim: Claim, limit: int) -> Sequence[Item]:
        """List the next rows that have not ended."""
        statement = (
            select(BulkJobItemRow.id, BulkJobItemRow.payload)
            .where(BulkJobItemRow.job_id == claim.job_id, IS_PENDING_ITEM)
            .order_by(BulkJobItemRow.row_no)
            .limit(limit)
        )
        async with self._database.reading() as session:
            return [Item(*row) for row in await session.execute(statement)]

    async def record(self, claim: Claim, results: Sequence[ItemResult], now: datetime) -> Progress:
        """Write down how rows ended; the job's row comes first, which settles whose it is."""
        ok = sum(result.state is ItemState.SUCCEEDED for result in results)
        counts = {
            "ok_count": BulkJobRow.ok_count + ok,
            "failed_count": BulkJobRow.failed_count + len(results) - ok,
            "updated_at": now,
        }
        async with self._database.writing() as session:
            progress = await _change(session, claim, counts)
            if results:
                connection = await session.connection()
                await connection.execute(_END_ITEM, [_parameters(result) for result in results])
        return progress

    async def finish(self, claim: Claim, state: BulkJobState, now: datetime) -> None:
        """End a job."""
        await self._let_go(claim, now, {"state": state, "finished_at": now})

    async def give_back(self, claim: Claim, not_before: datetime | None, now: datetime) -> None:
        """Put a job back into the queue; what was no attempt is not counted as one."""
        again = {
            "state": BulkJobState.QUEUED,
            "not_before": not_before,
            "attempt": BulkJobRow.attempt - 1,
        }
        await self._let_go(claim, now, again)

    async def has_more(self, now: datetime) -> bool:
        """Return whether a job could be claimed now."""
        statement = select(exists().where(_may_be_claimed(now)))
        async with self._database.reading() as session:
            return bool(await session.scalar(statement))

    async def _let_go(self, claim: Claim, now: datetime, changes: Mapping[str, object]) -> None:
        nobodys = {
            "worker_id": None,
            "lease_until": None,
            "updated_at": now,
            "version": BulkJobRow.version + 1,
        }
        async with self._database.writing() as session:
            await _change(session, claim, {**nobodys, **changes})


async def _change(session: AsyncSession, claim: Claim, changes: Mapping[str, object]) -> Progress:
    statement = (
        update(BulkJobRow)
        .where(
            BulkJobRow.id == claim.job_id,
            BulkJobRow.worker_id == claim.worker_id,
            is_in(BulkJobState.RUNNING),
        )
        .values(changes)
        .returning(*_PROGRESS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise LeaseLostError(f"bulk job {claim.job_id} is no longer {claim.worker_id}'s")
    return _to_progress(*row)


def _may_be_claimed(now: datetime) -> ColumnElement[bool]:
    rested = or_(BulkJobRow.not_before.is_(None), BulkJobRow.not_before <= now)
    return and_(is_waiting_as(BulkJobState.QUEUED), rested)


def _to_progress(ok: int, failed: int, cancel_requested_at: datetime | None) -> Progress:
    return Progress(ok, failed, cancel_requested_at is not None)


_END_ITEM = (
    update(BulkJobItemRow)
    .where(BulkJobItemRow.id == bindparam("item"), IS_PENDING_ITEM)
    .values(
        state=bindparam("ended"),
        target_id=bindparam("target"),
        error_code=bindparam("code"),
        error=bindparam("message"),
    )
)


def _parameters(result: ItemResult) -> dict[str, object]:
    return {
        "item": result.item_id,
        "ended": result.state,
        "target": result.target_id,
        "code": result.error_code,
        "message": None if result.error is None else result.error[:ERROR_LENGTH],
    }
