"""What hangs on PCs is deleted before them, and found by an index."""

import pytest
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, inspect
from sqlalchemy.engine.interfaces import ReflectedIndex

from login.storage.models import Model
from login.storage.purge_order import PURGE_ORDER, Branch, branches_of
from servicekit.database import Database

PCS = Model.metadata.tables["pcs"]


def tables_that_hang_on(root: Table) -> set[Table]:
    """Walk the foreign keys of all tables until nobody new is found."""
    found: set[Table] = {root}
    while True:
        more = {
            table
            for table in root.metadata.tables.values()
            for key in table.foreign_keys
            if key.column.table in found
        }
        if more <= found:
            return found - {root}
        found |= more


def test_case_13_every_table_that_hangs_on_pcs_is_in_the_purge_order() -> None:
    """Nobody who adds a table can forget it, for the order is read from the models."""
    assert {branch.table for branch in PURGE_ORDER} == tables_that_hang_on(PCS)
    assert {branch.table.name for branch in PURGE_ORDER} >= {
        "refresh_tokens",
        "auth_sessions",
        "pc_status_events",
    }


def test_case_13_who_hangs_on_others_goes_before_them() -> None:
    """Leaf first: whatever a row refers to is deleted after it."""
    order = [branch.table for branch in PURGE_ORDER]
    for at, branch in enumerate(PURGE_ORDER):
        assert not {link.column.table for link in branch.links} & set(order[:at])
        assert branch.links[-1].column.table is PCS


@pytest.mark.parametrize("branch", PURGE_ORDER, ids=lambda branch: branch.table.name)
async def test_case_13_every_foreign_key_on_the_way_is_indexed(
    database: Database, branch: Branch
) -> None:
    """In the database itself an index begins with its column: otherwise each PC costs a scan."""
    for link in branch.links:
        assert link.parent.name in await first_columns(database, link.parent.table.name)
        assert len(link.parent.table.primary_key) == 1


async def first_columns(database: Database, table: str) -> set[str | None]:
    """Return the first column of each index that covers all rows of a table."""

    def indexes(connection: Connection) -> list[ReflectedIndex]:
        return inspect(connection).get_indexes(table)

    async with database.reader.connect() as connection:
        return {
            index["column_names"][0]
            for index in await connection.run_sync(indexes)
            if not any(key.endswith("_where") for key in index.get("dialect_options", {}))
        }


def test_case_13_a_new_table_is_found_however_it_hangs() -> None:
    """A grandchild, and a table that hangs on PCs in two ways, once for each of them."""
    metadata = MetaData()
    pcs = Table("pcs", metadata, Column("id", Integer, primary_key=True))
    Table("users", metadata, Column("id", Integer, primary_key=True))
    Table(
        "links",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("from_id", ForeignKey("pcs.id")),
        Column("to_id", ForeignKey("pcs.id")),
        Column("user_id", ForeignKey("users.id")),
    )
    Table(
        "notes",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("link_id", ForeignKey("links.id")),
    )
    found = [[str(link.parent) for link in branch.links] for branch in branches_of(pcs)]
    assert found == [
        ["notes.link_id", "links.from_id"],
        ["notes.link_id", "links.to_id"],
        ["links.from_id"],
        ["links.to_id"],
    ]
