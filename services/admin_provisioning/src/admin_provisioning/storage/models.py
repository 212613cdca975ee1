"""Tables of the AdminProvisioning service."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from servicekit.database import BIG_ID, UtcDateTime, named_metadata

OWNER_LENGTH = 255
IDEMPOTENCY_KEY_LENGTH = 128
FILE_KEY_LENGTH = 80
WORKER_LENGTH = 64
ERROR_CODE_LENGTH = 32
ERROR_LENGTH = 500

_KINDS = "'pc_import', 'pc_update', 'pc_delete'"
_TERMINAL = "'succeeded', 'partial', 'failed', 'cancelled'"
_UNFINISHED = "'created', 'queued', 'running'"
_STATES = f"{_UNFINISHED}, 'deleting', {_TERMINAL}"
_ITEM_STATES = "'pending', 'succeeded', 'failed'"


class Model(DeclarativeBase):
    """The root of all models."""

    metadata = named_metadata()


def _partial_index(name: str, *columns: str, where: str) -> Index:
    rows = text(where)
    return Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


class BulkJobRow(Model):
    """A bulk job: many rows of one kind of work, asked for in one request."""

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        # `deleting` keeps what it was when it finished.
        CheckConstraint(
            f"state = 'deleting' OR (state IN ({_TERMINAL})) = (finished_at IS NOT NULL)",
            name="finished",
        ),
        CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL AND worker_id IS NOT NULL)",
            name="running",
        ),
        Index("uq_bulk_jobs_owner_id_idempotency_key", "owner_id", "idempotency_key", unique=True),
        _partial_index(
            "ix_bulk_jobs_finished_at", "finished_at", "id", where=f"state IN ({_TERMINAL})"
        ),
        _partial_index("ix_bulk_jobs_lease_until", "lease_until", where="state = 'running'"),
        _partial_index(
            "ix_bulk_jobs_waiting", "created_at", "id", where="state IN ('created', 'queued')"
        ),
        _partial_index("ix_bulk_jobs_deleting", "id", where="state = 'deleting'"),
        _partial_index("ix_bulk_jobs_file_key", "file_key", where="file_key IS NOT NULL"),
        _partial_index("ix_bulk_jobs_unfinished", "owner_id", where=f"state IN ({_UNFINISHED})"),
        # In order of id is in order of creation.
        Index("ix_bulk_jobs_owner_id_id", "owner_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    """A version 7 UUID: later jobs have larger ids."""
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    """With `deleting`: the state in which it ended, for the archive."""
    owner_id: Mapped[str] = mapped_column(String(OWNER_LENGTH))
    """The subject of the access token that asked for it."""
    idempotency_key: Mapped[str | None] = mapped_column(String(IDEMPOTENCY_KEY_LENGTH))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of what was asked for: one key must not stand for two requests."""
    total_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    ok_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    failed_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when its worker has it alone; renewed while it works."""
    worker_id: Mapped[str | None] = mapped_column(String(WORKER_LENGTH))
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A queued job waits at least until then: the Login service was away."""
    attempt: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many workers had it; those that gave it back do not count."""
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_key: Mapped[str | None] = mapped_column(String(FILE_KEY_LENGTH))
    hold: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Kept at any age, until somebody says otherwise."""
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))


class BulkJobItemRow(Model):
    """One row of a bulk job."""

    __tablename__ = "bulk_job_items"
    __table_args__ = (
        CheckConstraint(f"state IN ({_ITEM_STATES})", name="state"),
        # Serves as the index of the foreign key as well.
        Index("uq_bulk_job_items_job_id_row_no", "job_id", "row_no", unique=True),
        _partial_index("ix_bulk_job_items_pending", "job_id", "row_no", where="state = 'pending'"),
        _partial_index("ix_bulk_job_items_failed", "job_id", "row_no", where="state = 'failed'"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    job_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("bulk_jobs.id"))
    row_no: Mapped[int] = mapped_column(Integer)
    """The number of the row in what was uploaded, as a spreadsheet shows it."""
    payload: Mapped[dict[str, object]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(ERROR_CODE_LENGTH))
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    target_id: Mapped[int | None] = mapped_column(BigInteger)
    """The PC at the Login service."""


class BulkJobArchiveRow(Model):
    """What is left of a bulk job that was cleaned up, so that asking for it is answered."""

    __tablename__ = "bulk_job_archive"
    __table_args__ = (
        Index(
            "uq_bulk_job_archive_owner_id_idempotency_key",
            "owner_id",
            "idempotency_key",
            unique=True,
        ),
        Index("ix_bulk_job_archive_deleted_at", "deleted_at"),
    )

    job_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    owner_id: Mapped[str] = mapped_column(String(OWNER_LENGTH))
    idempotency_key: Mapped[str | None] = mapped_column(String(IDEMPOTENCY_KEY_LENGTH))
    total_count: Mapped[int]
    ok_count: Mapped[int]
    failed_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime)
