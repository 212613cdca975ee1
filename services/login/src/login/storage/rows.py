"""Turns rows into PCs."""

from login.domain.pc import Pc, PcStatus, RemovedBy, StatusReason
from login.storage.models import PcRow
from servicekit.mac import MacAddress


def to_pc(row: PcRow) -> Pc:
    """Return the PC that a row holds."""
    return Pc(
        id=row.id,
        mac=MacAddress(row.mac),
        machine_id=row.machine_id,
        hostname=row.hostname,
        status=PcStatus(row.status),
        status_reason=StatusReason(row.status_reason),
        status_changed_at=row.status_changed_at,
        last_keep_alive_at=row.last_keep_alive_at,
        offline_start_time=row.offline_start_time,
        pinned=row.pinned,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        deleted_by=RemovedBy(row.deleted_by) if row.deleted_by else None,
        version=row.version,
    )
