"""PCs by the thousand, each with a credential that can be told from its number."""

import hashlib
from datetime import timedelta

from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

import login.storage
from login.storage.models import PcRow
from loopjobs import SystemClock
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions
from sweeps.bulk import Expressions, insert_rows


def mac_of(number: int) -> str:
    """Return the MAC address of a PC."""
    return f"02{number:010x}"


def credential_of(number: int) -> str:
    """Return what a PC presents."""
    return f"lpc_of-pc-{number}"


async def fill(url: str, pcs: int) -> None:
    """Make the tables, and write so many PCs that are online."""
    clock = SystemClock()
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        await MigrationService(database, Revisions.of(login.storage), clock).start()
        event.listen(database.writer.sync_engine, "connect", _teach_hashing)
        await database.writer.dispose()
        sql = Expressions(database.is_sqlite, clock.now())
        await insert_rows(database, PcRow, _pc(sql), range(1, pcs + 1), sql)
        async with database.writing() as session:
            await session.execute(text("ANALYZE"))


def _pc(sql: Expressions) -> dict[str, str]:
    credential = "'lpc_of-pc-' || n"
    digest = f"sha256({credential})"
    if not sql.is_sqlite:
        digest = f"sha256(convert_to({credential}, 'UTF8'))"
    moment = sql.moment(-timedelta(days=1))
    return {
        "id": "n",
        "mac": sql.mac(),
        "hostname": "'pc-' || n",
        "status": "1",
        "status_reason": "'keep_alive'",
        **dict.fromkeys(("status_changed_at", "last_keep_alive_at"), moment),
        **dict.fromkeys(("created_at", "updated_at"), moment),
        "credential_hash": digest,
    }


def _teach_hashing(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if hasattr(connection, "create_function"):  # SQLite, which cannot hash
        connection.create_function("sha256", 1, _sha256)


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
