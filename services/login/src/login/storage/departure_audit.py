"""What the audit keeps of a PC that goes."""

from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Row

from login.domain.audit import AuditAction, AuditEvent
from login.domain.retirement_brake import JOB
from login.domain.retirement_ports import Stamp
from login.storage.models import PcRow
from servicekit.mac import MacAddress

Facts: TypeAlias = Row[int, str, str, datetime | None, datetime | None]

FACTS: Final = (
    PcRow.id,
    PcRow.mac,
    PcRow.hostname,
    PcRow.last_keep_alive_at,
    PcRow.offline_start_time,
)
"""The columns of a PC that the audit keeps."""


def departure(action: AuditAction, row: Facts, stamp: Stamp) -> AuditEvent:
    """Return the event that tells of a PC."""
    return AuditEvent(
        action,
        actor=f"job:{JOB}",
        run_id=stamp.run_id,
        pc_id=row.id,
        details={
            "mac": str(MacAddress(row.mac)),
            "hostname": row.hostname,
            "last_keep_alive_at": _written(row.last_keep_alive_at),
            "offline_start_time": _written(row.offline_start_time),
        },
    )


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
