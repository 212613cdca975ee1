"""Which constraint a refused DELETE has met."""

from typing import Final

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from login.storage.models import Model

_UNKNOWN: Final = "unknown"


async def foreign_key_met(session: AsyncSession, error: IntegrityError) -> str:
    """Return the name of the foreign key.

    Args:
        session: a new one on the same database; SQLite does not say which foreign key it was, so
            that those come into question which no model of ours knows.
        error: what the driver raised.
    """
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if named is not None:
        return str(named)
    connection = await session.connection()
    return " or ".join(await connection.run_sync(_strangers)) or _UNKNOWN


def _strangers(connection: Connection) -> list[str]:
    """Return the foreign keys of tables that are in no model, and refer to one that is."""
    tables = Model.metadata.tables
    reflected = inspect(connection).get_multi_foreign_keys()
    return sorted(
        key["name"] or f"{table}({', '.join(key['constrained_columns'])})"
        for (_, table), keys in reflected.items()
        for key in keys
        if table not in tables and key["referred_table"] in tables
    )
