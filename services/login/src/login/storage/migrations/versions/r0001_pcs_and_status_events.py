"""Create PCs, their status events, and the trigger that writes these.

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
_REASONS: Final = "'keep_alive', 'sweep', 'client', 'admin'"

_TRIGGER: Final = {
    "sqlite": (
        """
        CREATE TRIGGER tr_pcs_status AFTER UPDATE OF status ON pcs
        FOR EACH ROW WHEN OLD.status <> NEW.status
        BEGIN
            INSERT INTO pc_status_events (pc_id, "from", "to", at, reason)
            VALUES (NEW.id, OLD.status, NEW.status, NEW.status_changed_at, NEW.status_reason);
        END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION fn_pcs_status() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO pc_status_events (pc_id, "from", "to", at, reason)
            VALUES (NEW.id, OLD.status, NEW.status, NEW.status_changed_at, NEW.status_reason);
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER tr_pcs_status AFTER UPDATE OF status ON pcs
        FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION fn_pcs_status()
        """,
    ),
}


def upgrade() -> None:
    _create_pcs()
    _create_index("uq_pcs_mac_live", ["mac"], "deleted_at IS NULL", unique=True)
    _create_index("ix_pcs_mac_removed", ["mac"], "deleted_at IS NOT NULL")
    _create_index("ix_pcs_online", ["id"], "status = 1")
    _create_index(
        "ix_pcs_offline_since", ["offline_start_time", "id"], "status = 0 AND deleted_at IS NULL"
    )
    _create_index("ix_pcs_deleted_at", ["deleted_at"], "deleted_at IS NOT NULL")
    _create_status_events()
    for statement in _TRIGGER[op.get_bind().dialect.name]:
        op.execute(statement)


def _create_pcs() -> None:
    op.create_table(
        "pcs",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("mac", sa.String(12), nullable=False),
        sa.Column("machine_id", sa.String(128)),
        sa.Column("hostname", sa.String(253), nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("status_reason", sa.String(16), nullable=False),
        sa.Column("status_changed_at", _INSTANT, nullable=False),
        sa.Column("last_keep_alive_at", _INSTANT),
        sa.Column("offline_start_time", _INSTANT),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("deleted_at", _INSTANT),
        sa.Column("deleted_by", sa.String(16)),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_pcs"),
        _check("pcs", "status", "status IN (0, 1)"),
        _check("pcs", "status_reason", f"status_reason IN ({_REASONS})"),
        _check("pcs", "online_is_not_offline", "status = 0 OR offline_start_time IS NULL"),
        _check("pcs", "mac", "length(mac) = 12 AND mac = lower(mac)"),
        _check("pcs", "deleted", "(deleted_at IS NULL) = (deleted_by IS NULL)"),
        _check("pcs", "deleted_by", "deleted_by IN ('admin', 'pc_delete_job')"),
        sqlite_autoincrement=True,
        postgresql_with={"fillfactor": 70},
    )


def _create_status_events() -> None:
    op.create_table(
        "pc_status_events",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("pc_id", sa.BigInteger, nullable=False),
        sa.Column("from", sa.SmallInteger, nullable=False),
        sa.Column("to", sa.SmallInteger, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pc_status_events"),
        sa.ForeignKeyConstraint(["pc_id"], ["pcs.id"], name="fk_pc_status_events_pc_id"),
        _check("pc_status_events", "reason", f"reason IN ({_REASONS})"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pc_status_events_pc_id_at", "pc_status_events", ["pc_id", "at"])


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _create_index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    rows = sa.text(where)
    op.create_index(name, "pcs", columns, unique=unique, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    op.drop_table("pc_status_events")
    op.drop_table("pcs")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION fn_pcs_status()")
