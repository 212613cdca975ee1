"""What must outlive the things it tells of."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from login.storage.models.model import Model
from servicekit.database import BIG_ID, UtcDateTime

ACTION_LENGTH = 40
ACTOR_LENGTH = 64
JOB_LENGTH = 64


class AuditEventRow(Model):
    """Something that was done, and by whom. It refers to nothing: its PC or user may be gone."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(
            "ix_audit_events_pc_id",
            "pc_id",
            sqlite_where=text("pc_id IS NOT NULL"),
            postgresql_where=text("pc_id IS NOT NULL"),
        ),
        Index(
            "ix_audit_events_user_id",
            "user_id",
            sqlite_where=text("user_id IS NOT NULL"),
            postgresql_where=text("user_id IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(ACTION_LENGTH))
    """As in `pc.retired` or `token.reuse_detected`."""
    actor: Mapped[str] = mapped_column(String(ACTOR_LENGTH))
    """As in `user:7`, `client:admin-provisioning`, `pc:12` or `job:PcDeleteJob`."""
    run_id: Mapped[str | None] = mapped_column(String(64))
    """The run of a job."""
    pc_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    session_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, object] | None] = mapped_column(JSON)
    """What else is worth knowing; never a secret."""


class JobAcknowledgementRow(Model):
    """A person has looked at why a job holds, and lets it proceed once."""

    __tablename__ = "job_acknowledgements"

    job: Mapped[str] = mapped_column(String(JOB_LENGTH), primary_key=True)
    acknowledged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
