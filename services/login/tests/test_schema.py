"""The schema: revisions and models agree, and the database itself refuses nonsense."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from login.storage.models import Model
from servicekit.database import Database

from .fleet import Fleet


async def plan(database: Database, query: str) -> str:
    """Return how the database would run a query on a table that is not as small as ours."""
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.reading() as session:
        if not database.is_sqlite:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
        return str((await session.execute(text(f"{explain} {query}"))).all())


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
        "status = 2",
        "offline_start_time = created_at",
        "mac = 'AABBCCDDEEFF'",
        "mac = 'aabbcc'",
        "mac = '020000000002'",
        "status_reason = 'boredom'",
        "deleted_at = created_at",
        "deleted_by = 'admin'",
        "deleted_at = created_at, deleted_by = 'nobody'",
    ],
)
async def test_the_database_refuses_nonsense(fleet: Fleet, nonsense: str) -> None:
    """An online PC with a start of being offline, a MAC address in use, and the like."""
    await fleet.add(0, 0)
    with pytest.raises(IntegrityError):
        await fleet.execute(f"UPDATE pcs SET {nonsense} WHERE id = 1")  # noqa: S608 - our own words


async def test_ids_do_not_come_back(fleet: Fleet, database: Database) -> None:
    """The events of a purged PC never pass to its successor."""
    await fleet.add(0)
    await fleet.execute("DELETE FROM pcs")
    await fleet.execute(
        "INSERT INTO pcs (mac, hostname, status, status_reason, status_changed_at, created_at,"
        " updated_at) VALUES ('020000000009', 'pc', 0, 'sweep', '2026-11-24', '2026-11-24',"
        " '2026-11-24')"
    )
    async with database.reading() as session:
        assert (await session.scalars(text("SELECT id FROM pcs"))).all() == [2]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM pcs WHERE mac = 'x' AND deleted_at IS NULL", "uq_pcs_mac_live"),
        ("SELECT id FROM pcs WHERE mac = 'x' AND deleted_at IS NOT NULL", "ix_pcs_mac_removed"),
        ("SELECT id FROM pc_status_events WHERE pc_id = 1", "ix_pc_status_events_pc_id_at"),
    ],
)
async def test_hot_queries_have_their_index(database: Database, query: str, index: str) -> None:
    """A keep-alive, known or not, never reads the whole table."""
    assert index in await plan(database, query)
