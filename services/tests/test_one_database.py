"""Both services in one database, as a small installation has it."""

import asyncio

from sqlalchemy import Connection, inspect

import admin_provisioning.storage
import login.storage
from loopjobs import SystemClock
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions
from servicekit.testing.fixtures import on_postgresql


@on_postgresql
async def test_both_services_fit_into_one_database(empty_database_url: str) -> None:
    """They start at once, each finds its own revision, and neither sees the other's tables."""
    revisions = [Revisions.of(each) for each in (login.storage, admin_provisioning.storage)]
    async with Database(DatabaseOptions.model_validate({"Url": empty_database_url})) as database:
        services = [MigrationService(database, each, SystemClock()) for each in revisions]
        for _ in ("from nothing", "again"):
            await asyncio.gather(*(service.start() for service in services))
        async with database.changing_schema() as connection:
            tables = await connection.run_sync(_tables)
    assert {"pcs", "bulk_jobs", "alembic_version", "admin_provisioning_version"} <= tables


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())
