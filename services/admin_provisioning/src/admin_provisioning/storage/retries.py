"""What an UPDATE sets when a job is tried again."""

from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin_provisioning.domain.bulk_job import BulkJobState, ItemState
from admin_provisioning.domain.errors import BulkJobStateError
from admin_provisioning.domain.lists import NEVER_RETRIED
from admin_provisioning.storage.models import BulkJobItemRow


async def queue_again(session: AsyncSession, job_id: UUID) -> dict[str, object]:
    """Have failed rows wait once more; return what to change in their job, which is locked.

    Rows that were wrong as they were sent stay failed.

    Raises:
        BulkJobStateError: there is no row to try.
    """
    failed = (
        BulkJobItemRow.job_id == job_id,
        BulkJobItemRow.state == ItemState.FAILED.value,
    )
    await session.execute(
        update(BulkJobItemRow)
        .where(*failed, func.coalesce(BulkJobItemRow.error_code, "").not_in(NEVER_RETRIED))
        .values(state=ItemState.PENDING.value, error_code=None, error=None)
        .execution_options(synchronize_session=False)
    )
    waiting = exists().where(
        BulkJobItemRow.job_id == job_id, BulkJobItemRow.state == ItemState.PENDING.value
    )
    if not await session.scalar(select(waiting)):
        raise BulkJobStateError("no row of this bulk job can be tried again: send a mended list")
    return {
        "state": BulkJobState.QUEUED.value,
        "failed_count": select(func.count(BulkJobItemRow.id)).where(*failed).scalar_subquery(),
        "finished_at": None,
        "cancel_requested_at": None,
        "not_before": None,
        "attempt": 0,
        "error": None,
    }
