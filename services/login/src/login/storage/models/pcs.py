"""The PCs and what happened to them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from login.storage.models.model import Model
from servicekit.database import BIG_ID, UtcDateTime

HOSTNAME_LENGTH = 253
MACHINE_ID_LENGTH = 128
NOBODY = "0" * 12
"""The MAC address of a row whose PC is purged and of which only other rows are left to erase.

No PC has it, and no request can name it: to everybody else such a row is not there.
"""

_REASONS = "'keep_alive', 'sweep', 'client', 'admin'"


class PcRow(Model):
    """A PC. Status and last keep-alive share a row, which decides every race between the two."""

    __tablename__ = "pcs"
    __table_args__ = (
        CheckConstraint("status IN (0, 1)", name="status"),
        CheckConstraint(f"status_reason IN ({_REASONS})", name="status_reason"),
        CheckConstraint("status = 0 OR offline_start_time IS NULL", name="online_is_not_offline"),
        CheckConstraint("length(mac) = 12 AND mac = lower(mac)", name="mac"),
        CheckConstraint("(deleted_at IS NULL) = (deleted_by IS NULL)", name="deleted"),
        CheckConstraint("deleted_by IN ('admin', 'pc_delete_job')", name="deleted_by"),
        Index(
            "uq_pcs_mac_live",
            "mac",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_pcs_mac_removed",
            "mac",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            "ix_pcs_online",
            "id",
            sqlite_where=text("status = 1"),
            postgresql_where=text("status = 1"),
        ),
        Index(
            "ix_pcs_offline_since",
            "offline_start_time",
            "id",
            sqlite_where=text("status = 0 AND deleted_at IS NULL"),
            postgresql_where=text("status = 0 AND deleted_at IS NULL"),
        ),
        Index(
            "ix_pcs_deleted_at",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index("uq_pcs_credential_hash", "credential_hash", unique=True),
        # An id must never come back: the events of a purged PC would pass to its successor.
        {"sqlite_autoincrement": True, "postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    mac: Mapped[str] = mapped_column(String(12))
    machine_id: Mapped[str | None] = mapped_column(String(MACHINE_ID_LENGTH))
    hostname: Mapped[str] = mapped_column(String(HOSTNAME_LENGTH))
    status: Mapped[int] = mapped_column(SmallInteger)
    status_reason: Mapped[str] = mapped_column(String(16))
    status_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_keep_alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offline_start_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_by: Mapped[str | None] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    credential_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """SHA-256 of what the PC presents; NULL until it has registered itself."""


class PcStatusEventRow(Model):
    """A change of a PC's status, written by a trigger in the transaction that changed it."""

    __tablename__ = "pc_status_events"
    __table_args__ = (
        Index("ix_pc_status_events_pc_id_at", "pc_id", "at"),
        CheckConstraint(f"reason IN ({_REASONS})", name="reason"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    pc_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pcs.id"))
    from_status: Mapped[int] = mapped_column("from", SmallInteger)
    to_status: Mapped[int] = mapped_column("to", SmallInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(16))
