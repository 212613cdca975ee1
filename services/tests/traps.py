"""Traps: places in a table at which a service stands still until it is killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from sqlalchemy import text

from servicekit.database import Database

_NAME = "tr_trap"

# SQLite cannot sleep: it counts, and holds the write lock meanwhile.
_SQLITE = """
    CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW WHEN OLD.{column} = {value}
    BEGIN
        SELECT count(*) FROM (
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number)
            SELECT n FROM number LIMIT 1000000000000
        );
    END
"""
_POSTGRESQL = (
    """
    CREATE FUNCTION fn_trap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(600);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER {name} BEFORE {what} ON {table}
    FOR EACH ROW WHEN (OLD.{column} = {value}) EXECUTE FUNCTION fn_trap()
    """,
)
_DROP = {
    True: (f"DROP TRIGGER {_NAME}",),
    False: (f"DROP TRIGGER {_NAME} ON {{table}}", "DROP FUNCTION fn_trap()"),
}


@dataclass(frozen=True)
class Spot:
    """A row, and what is done to it."""

    table: str
    what: str
    """`UPDATE` or `DELETE`."""
    column: str
    value: str | int


@asynccontextmanager
async def trap(database: Database, spot: Spot) -> AsyncIterator[None]:
    """Let whoever comes to that spot stand still, until the block ends.

    A process caught in it must be dead by then, and its connections ended.
    """
    words = {"name": _NAME, **asdict(spot), "value": repr(spot.value)}
    set_up = (_SQLITE,) if database.is_sqlite else _POSTGRESQL
    await _execute(database, *(statement.format(**words) for statement in set_up))
    yield
    await _execute(database, *(part.format(**words) for part in _DROP[database.is_sqlite]))


async def _execute(database: Database, *statements: str) -> None:
    async with database.changing_schema() as connection:
        for statement in statements:
            await connection.execute(text(statement))
