"""Turns rows of tables into words of the domain."""

from admin_provisioning.domain.bulk_job import (
    BulkJob,
    BulkJobItem,
    BulkJobKind,
    BulkJobState,
    ItemState,
)
from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow


def to_job(row: BulkJobRow) -> BulkJob:
    """Return the job that a row holds."""
    return BulkJob(
        id=row.id,
        kind=BulkJobKind(row.kind),
        state=BulkJobState(row.state),
        owner_id=row.owner_id,
        total_count=row.total_count,
        ok_count=row.ok_count,
        failed_count=row.failed_count,
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        cancel_requested_at=row.cancel_requested_at,
        hold=row.hold,
        error=row.error,
        file_key=row.file_key,
        version=row.version,
    )


def to_item(row: BulkJobItemRow) -> BulkJobItem:
    """Return the row of a list that a row of the table holds."""
    return BulkJobItem(
        row_no=row.row_no,
        payload=row.payload,
        state=ItemState(row.state),
        error_code=row.error_code,
        error=row.error,
        target_id=row.target_id,
    )
