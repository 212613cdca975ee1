"""People, their sessions, and the tokens that carry a session on."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from login.storage.models.model import Model
from servicekit.database import BIG_ID, UtcDateTime

USERNAME_LENGTH = 150
SCOPES_LENGTH = 1_000
REASON_LENGTH = 32


class UserRow(Model):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("failed_count >= 0", name="failed_count"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_LENGTH))
    """As it was given."""
    username_ci: Mapped[str] = mapped_column(String(USERNAME_LENGTH), unique=True)
    """As it is compared: normalized and case-folded."""
    password_hash: Mapped[str] = mapped_column(String(255))
    scopes: Mapped[str] = mapped_column(String(SCOPES_LENGTH))
    """Separated by blanks."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Wrong passwords in a row."""
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuthSessionRow(Model):
    """A sign-in and all that was refreshed from it: the family of its refresh tokens."""

    __tablename__ = "auth_sessions"
    __table_args__ = (
        Index("ix_auth_sessions_expires_at", "expires_at"),
        Index("ix_auth_sessions_user_id", "user_id"),
        Index("ix_auth_sessions_pc_id", "pc_id"),
        Index(
            "ix_auth_sessions_revoked_at",
            "revoked_at",
            sqlite_where=text("revoked_at IS NOT NULL"),
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked"),
        CheckConstraint("expires_at <= absolute_expires_at", name="cap"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    pc_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("pcs.id"))
    """The PC at which the person signed in, if that is known."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When its newest refresh token expires; every rotation moves it on."""
    absolute_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """What no rotation moves."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoke_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))


class RefreshTokenRow(Model):
    """A refresh token; what the client holds is not kept, only its hash."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index("ix_refresh_tokens_expires_at", "expires_at"),
        Index("ix_refresh_tokens_session_id", "session_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    session_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("auth_sessions.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by: Mapped[int | None] = mapped_column(BigInteger)
    """The successor. Not a foreign key: old tokens go while their successors stay, and back."""


class OneTimeTokenRow(Model):
    """A token that works once, to set a new password, say."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        Index("ix_one_time_tokens_expires_at", "expires_at"),
        Index("ix_one_time_tokens_user_id", "user_id"),
        CheckConstraint("purpose IN ('reset_password')", name="purpose"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
