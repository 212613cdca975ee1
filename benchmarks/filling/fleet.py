"""PCs by the thousand, each with a credential that can be told from its number."""

from datetime import timedelta

import login.storage
from filling.bulk import Expressions, filling, insert_rows
from login.storage.models import PcRow
from loopjobs import SystemClock
from servicekit.database import Revisions


def mac_of(number: int) -> str:
    """Return the MAC address of a PC."""
    return f"02{number:010x}"


def credential_of(number: int) -> str:
    """Return what a PC presents."""
    return f"lpc_of-pc-{number}"


def pc_columns(sql: Expressions) -> dict[str, str]:
    """Return what the PC of number `n` is like: online, and heard a day ago."""
    moment = sql.moment(-timedelta(days=1))
    return {
        "id": "n",
        "mac": sql.mac(),
        "hostname": "'pc-' || n",
        "status": "1",
        "status_reason": "'keep_alive'",
        **dict.fromkeys(("status_changed_at", "last_keep_alive_at"), moment),
        **dict.fromkeys(("created_at", "updated_at"), moment),
        "credential_hash": sql.sha256("'lpc_of-pc-' || n"),
    }


async def fill(url: str, pcs: int) -> None:
    """Make the tables, and write so many PCs that are online."""
    async with filling(url, Revisions.of(login.storage)) as database:
        sql = Expressions(database.is_sqlite, SystemClock().now())
        await insert_rows(database, PcRow, pc_columns(sql), range(1, pcs + 1), sql)
