"""A bulk job, its rows, and the words for what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class BulkJobKind(StrEnum):
    """What is done with each row."""

    PC_IMPORT = "pc_import"
    """The PC is registered, or brought up to date."""
    PC_UPDATE = "pc_update"
    """A known PC is changed as far as the row says."""
    PC_DELETE = "pc_delete"
    """The PC is removed."""


class BulkJobState(StrEnum):
    """How far a bulk job has come."""

    CREATED = "created"
    """Its rows are being stored."""
    QUEUED = "queued"
    """It waits for a worker."""
    RUNNING = "running"
    """A worker has it."""
    SUCCEEDED = "succeeded"
    """Every row was done."""
    PARTIAL = "partial"
    """Some rows were done, some failed."""
    FAILED = "failed"
    """No row was done, or it could not be worked at."""
    CANCELLED = "cancelled"
    """Somebody stopped it; what was done until then stays done."""
    DELETING = "deleting"
    """It is being removed; to whoever asks it is gone already."""


UNFINISHED: Final = frozenset({BulkJobState.CREATED, BulkJobState.QUEUED, BulkJobState.RUNNING})
"""The states of jobs with which there is still something to be done."""
FINISHED: Final = frozenset(
    {
        BulkJobState.SUCCEEDED,
        BulkJobState.PARTIAL,
        BulkJobState.FAILED,
        BulkJobState.CANCELLED,
    }
)
"""The states of jobs that came to an end."""
RETRIABLE: Final = frozenset({BulkJobState.PARTIAL, BulkJobState.FAILED})
"""The states of jobs that may be tried again."""


class ItemState(StrEnum):
    """How far a row has come."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BulkJob:
    """One bulk job, as those see it who ask about it."""

    id: UUID
    kind: BulkJobKind
    state: BulkJobState
    owner_id: str
    """The subject of the access token that asked for it."""
    total_count: int
    ok_count: int
    failed_count: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    hold: bool
    error: str | None
    """Why the job as a whole did not come about."""
    file_key: str | None
    version: int

    @property
    def pending_count(self) -> int:
        """How many rows nothing has become of."""
        return self.total_count - self.ok_count - self.failed_count


@dataclass(frozen=True, slots=True)
class BulkJobItem:
    """One row of a bulk job, and what became of it."""

    row_no: int
    """As a spreadsheet shows it."""
    payload: Mapping[str, object]
    state: ItemState
    error_code: str | None
    error: str | None
    target_id: int | None
    """The PC at the Login service."""


@dataclass(frozen=True, slots=True)
class BulkJobPage:
    """A stretch of the list of bulk jobs, newest first."""

    jobs: tuple[BulkJob, ...]
    next_before: UUID | None
    """The id to go on before; `None` on the last page."""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A stretch of the rows of a bulk job, in their order."""

    items: tuple[BulkJobItem, ...]
    next_after: int | None
    """The number of the row to go on after; `None` on the last page."""
