"""Create bulk jobs, their rows, and the archive.

Files of revisions are called `r<revision>_<what it does>.py`; the revision is four digits and
counts up. A revision stands on its own: it imports nothing of the service, which will change.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG_ID: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT: Final = sa.DateTime(timezone=True)
_TERMINAL: Final = "'succeeded', 'partial', 'failed', 'cancelled'"
_UNFINISHED: Final = "'created', 'queued', 'running'"
_STATES: Final = f"{_UNFINISHED}, 'deleting', {_TERMINAL}"


def upgrade() -> None:
    _create_bulk_jobs()
    _create_items()
    _create_archive()


def _create_bulk_jobs() -> None:
    op.create_table(
        "bulk_jobs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("owner_id", sa.String(255), nullable=False),
        sa.Column("idempotency_key", sa.String(128)),
        sa.Column("request_hash", sa.LargeBinary(32), nullable=False),
        *(
            sa.Column(f"{count}_count", sa.Integer, nullable=False, server_default="0")
            for count in ("total", "ok", "failed")
        ),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("started_at", _INSTANT),
        sa.Column("finished_at", _INSTANT),
        sa.Column("lease_until", _INSTANT),
        sa.Column("worker_id", sa.String(64)),
        sa.Column("not_before", _INSTANT),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cancel_requested_at", _INSTANT),
        sa.Column("file_key", sa.String(80)),
        sa.Column("hold", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("error", sa.String(500)),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_jobs"),
        _check("bulk_jobs", "kind", "kind IN ('pc_import', 'pc_update', 'pc_delete')"),
        _check("bulk_jobs", "state", f"state IN ({_STATES})"),
        _check(
            "bulk_jobs",
            "finished",
            f"state = 'deleting' OR (state IN ({_TERMINAL})) = (finished_at IS NOT NULL)",
        ),
        _check(
            "bulk_jobs",
            "running",
            "(state = 'running') = (lease_until IS NOT NULL AND worker_id IS NOT NULL)",
        ),
    )
    key = ["owner_id", "idempotency_key"]
    op.create_index("uq_bulk_jobs_owner_id_idempotency_key", "bulk_jobs", key, unique=True)
    op.create_index("ix_bulk_jobs_owner_id_id", "bulk_jobs", ["owner_id", "id"])
    _create_partial_index(
        "ix_bulk_jobs_unfinished", "bulk_jobs", ["owner_id"], f"state IN ({_UNFINISHED})"
    )
    _create_partial_index(
        "ix_bulk_jobs_finished_at", "bulk_jobs", ["finished_at", "id"], f"state IN ({_TERMINAL})"
    )
    _create_partial_index(
        "ix_bulk_jobs_lease_until", "bulk_jobs", ["lease_until"], "state = 'running'"
    )
    _create_partial_index(
        "ix_bulk_jobs_waiting", "bulk_jobs", ["created_at", "id"], "state IN ('created', 'queued')"
    )
    _create_partial_index("ix_bulk_jobs_deleting", "bulk_jobs", ["id"], "state = 'deleting'")
    _create_partial_index(
        "ix_bulk_jobs_file_key", "bulk_jobs", ["file_key"], "file_key IS NOT NULL"
    )


def _create_items() -> None:
    op.create_table(
        "bulk_job_items",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("row_no", sa.Integer, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error_code", sa.String(32)),
        sa.Column("error", sa.String(500)),
        sa.Column("target_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_job_items"),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_jobs.id"], name="fk_bulk_job_items_job_id"),
        _check("bulk_job_items", "state", "state IN ('pending', 'succeeded', 'failed')"),
        sqlite_autoincrement=True,
    )
    place = ["job_id", "row_no"]
    op.create_index("uq_bulk_job_items_job_id_row_no", "bulk_job_items", place, unique=True)
    for state in ("pending", "failed"):
        _create_partial_index(
            f"ix_bulk_job_items_{state}", "bulk_job_items", place, f"state = '{state}'"
        )


def _create_archive() -> None:
    op.create_table(
        "bulk_job_archive",
        sa.Column("job_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("owner_id", sa.String(255), nullable=False),
        sa.Column("idempotency_key", sa.String(128)),
        sa.Column("total_count", sa.Integer, nullable=False),
        sa.Column("ok_count", sa.Integer, nullable=False),
        sa.Column("failed_count", sa.Integer, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("finished_at", _INSTANT),
        sa.Column("deleted_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_bulk_job_archive"),
    )
    key = ["owner_id", "idempotency_key"]
    op.create_index(
        "uq_bulk_job_archive_owner_id_idempotency_key", "bulk_job_archive", key, unique=True
    )
    op.create_index("ix_bulk_job_archive_deleted_at", "bulk_job_archive", ["deleted_at"])


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _create_partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    rows = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for table in ("bulk_job_archive", "bulk_job_items", "bulk_jobs"):
        op.drop_table(table)
