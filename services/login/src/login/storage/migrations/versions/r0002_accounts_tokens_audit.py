"""Create users, sessions, tokens and the audit; give PCs a credential."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG_ID: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT: Final = sa.DateTime(timezone=True)
_SHA_256: Final = sa.LargeBinary(32)


def upgrade() -> None:
    op.add_column("pcs", sa.Column("credential_hash", _SHA_256))
    op.create_index("uq_pcs_credential_hash", "pcs", ["credential_hash"], unique=True)
    _create_users()
    _create_sessions()
    _create_refresh_tokens()
    _create_one_time_tokens()
    _create_audit_events()
    _create_acknowledgements()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("username", sa.String(150), nullable=False),
        sa.Column("username_ci", sa.String(150), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("scopes", sa.String(1_000), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("disabled_at", _INSTANT),
        sa.Column("failed_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked_until", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username_ci", name="uq_users_username_ci"),
        _check("users", "failed_count", "failed_count >= 0"),
        sqlite_autoincrement=True,
    )


def _create_sessions() -> None:
    op.create_table(
        "auth_sessions",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("pc_id", sa.BigInteger),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("last_used_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("absolute_expires_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
        sa.Column("revoke_reason", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_auth_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_auth_sessions_user_id"),
        sa.ForeignKeyConstraint(["pc_id"], ["pcs.id"], name="fk_auth_sessions_pc_id"),
        _check("auth_sessions", "revoked", "(revoked_at IS NULL) = (revoke_reason IS NULL)"),
        _check("auth_sessions", "cap", "expires_at <= absolute_expires_at"),
        sqlite_autoincrement=True,
    )
    for column in ("expires_at", "user_id", "pc_id"):
        op.create_index(f"ix_auth_sessions_{column}", "auth_sessions", [column])
    _create_partial_index("auth_sessions", "revoked_at")


def _create_refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("session_id", sa.BigInteger, nullable=False),
        sa.Column("token_hash", _SHA_256, nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("consumed_at", _INSTANT),
        sa.Column("replaced_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_refresh_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_refresh_tokens_token_hash"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["auth_sessions.id"], name="fk_refresh_tokens_session_id"
        ),
        sqlite_autoincrement=True,
    )
    for column in ("expires_at", "session_id"):
        op.create_index(f"ix_refresh_tokens_{column}", "refresh_tokens", [column])


def _create_one_time_tokens() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("token_hash", _SHA_256, nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_tokens_token_hash"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_one_time_tokens_user_id"),
        _check("one_time_tokens", "purpose", "purpose IN ('reset_password')"),
        sqlite_autoincrement=True,
    )
    for column in ("expires_at", "user_id"):
        op.create_index(f"ix_one_time_tokens_{column}", "one_time_tokens", [column])


def _create_audit_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64)),
        sa.Column("pc_id", sa.BigInteger),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("session_id", sa.BigInteger),
        sa.Column("details", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        sqlite_autoincrement=True,
    )
    for column in ("pc_id", "user_id"):
        _create_partial_index("audit_events", column)


def _create_acknowledgements() -> None:
    op.create_table(
        "job_acknowledgements",
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("acknowledged_at", _INSTANT, nullable=False),
        sa.Column("acknowledged_by", sa.String(64), nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_job_acknowledgements"),
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _create_partial_index(table: str, column: str) -> None:
    rows = sa.text(f"{column} IS NOT NULL")
    name = f"ix_{table}_{column}"
    op.create_index(name, table, [column], sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for table in (
        "job_acknowledgements",
        "audit_events",
        "one_time_tokens",
        "refresh_tokens",
        "auth_sessions",
        "users",
    ):
        op.drop_table(table)
    op.drop_index("uq_pcs_credential_hash", "pcs")
    op.drop_column("pcs", "credential_hash")
