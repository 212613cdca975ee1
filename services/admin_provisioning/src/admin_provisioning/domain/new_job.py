"""A bulk job that is asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from admin_provisioning.domain.bulk_job import BulkJobKind

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class NewBulkJob:
    """A bulk job that is to be created."""

    id: UUID
    kind: BulkJobKind
    owner_id: str
    idempotency_key: str | None
    request_hash: bytes
    """SHA-256 of what was asked for."""
    file_key: str
    total_count: int
    bad_count: int
    """How many of its rows have failed before anybody tries."""


def new_job_id(now: datetime) -> UUID:
    """Return a version 7 UUID: ids of later milliseconds are larger."""
    return uuid7(nanoseconds=(now - _EPOCH) // _MICROSECOND * 1_000)
