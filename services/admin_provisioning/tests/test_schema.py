"""The schema: revisions and models agree, and the database itself refuses nonsense."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError

from admin_provisioning.domain.bulk_job import FINISHED, UNFINISHED, BulkJobState
from admin_provisioning.storage.models import Model
from admin_provisioning.storage.unfinished import refuse_too_many
from servicekit.database import Database
from servicekit.testing.fixtures import on_sqlite

from .desk import Desk


async def test_the_revisions_build_what_the_models_say(database: Database) -> None:
    """Nobody forgot to write a revision."""

    def differences(connection: Connection) -> object:
        options = {"compare_server_default": True, "version_table": "admin_provisioning_version"}
        context = MigrationContext.configure(connection, opts=options)
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
    ],
)
async def test_hot_queries_have_their_index(database: Database, query: str, index: str) -> None:
    """No request reads a whole table, and removing a job finds its rows."""
    async with database.reading() as session:
        plan = str((await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))).all())
    assert index in plan
    assert "USE TEMP B-TREE" not in plan


@on_sqlite
async def test_counting_unfinished_jobs_has_its_index(database: Database) -> None:
    """The very statement that is sent: SQLite is particular about how it is worded."""
    statements: list[str] = []

    def note(*call: object) -> None:
        statements.append(str(call[2]))

    event.listen(database.reader.sync_engine, "before_cursor_execute", note)
    async with database.reading() as session:
        await refuse_too_many(session, "user:7", 1)
        connection = await session.connection()
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[-1]}", ("x",))
        assert "ix_bulk_jobs_unfinished" in str(plan.all())


def test_every_state_is_finished_or_not_or_being_removed() -> None:
    """Whoever adds a state decides what may be done in it."""
    assert set(BulkJobState) == UNFINISHED | FINISHED | {BulkJobState.DELETING}
