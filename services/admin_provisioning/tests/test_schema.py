"""The schema: revisions and models agree, and the database itself refuses nonsense."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from admin_provisioning.domain.bulk_job import FINISHED, UNFINISHED, BulkJobState
from admin_provisioning.storage.models import Model
from servicekit.database import Database
from servicekit.testing.fixtures import on_sqlite

from .desk import Desk

WAITING = "'created', 'queued', 'running'"


async def test_the_revisions_build_what_the_models_say(database: Database) -> None:
    """Nobody forgot to write a revision."""

    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, Model.metadata)

    async with database.reader.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize(
    "nonsense",
    [
        {"kind": "user_import"},
        {"state": "lost"},
        {"state": "succeeded"},
        {"state": "running"},
        {"worker_id": "w", "lease_until": True},
        {"finished_at": True},
        {"idempotency_key": "k-1"},
    ],
)
async def test_the_database_refuses_nonsense(desk: Desk, nonsense: dict[str, object]) -> None:
    """A finished job that never ended, a running one that nobody has, a key used twice."""
    await desk.sent(key="k-1")
    path = await desk.sent()
    now = (await desk.job(path)).created_at
    values = {name: now if value is True else value for name, value in nonsense.items()}
    with pytest.raises(IntegrityError):
        await desk.change(path, **values)


@on_sqlite
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM bulk_job_items WHERE job_id = 'x'", "uq_bulk_job_items_job_id_row_no"),
        (
            "SELECT id FROM bulk_job_items WHERE job_id = 'x' AND state = 'failed' ORDER BY row_no",
            "ix_bulk_job_items_failed",
        ),
        (
            "SELECT * FROM bulk_jobs WHERE owner_id = 'x' AND id < 'y' ORDER BY id DESC LIMIT 9",
            "ix_bulk_jobs_owner_id_id",
        ),
        (
            f"SELECT 1 FROM bulk_jobs WHERE owner_id = 'x' AND state IN ({WAITING})",
            "ix_bulk_jobs_unfinished",
        ),
    ],
)
async def test_hot_queries_have_their_index(database: Database, query: str, index: str) -> None:
    """No request reads a whole table, and removing a job finds its rows."""
    async with database.reading() as session:
        plan = str((await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))).all())
    assert index in plan
    assert "USE TEMP B-TREE" not in plan


def test_every_state_is_finished_or_not_or_being_removed() -> None:
    """Whoever adds a state decides what may be done in it."""
    assert set(BulkJobState) == UNFINISHED | FINISHED | {BulkJobState.DELETING}
