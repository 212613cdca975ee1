"""PcKeepAliveJob: one PC in a hundred has fallen silent, and the others go on being heard."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import update

from login.domain.pc import PcStatus
from login.jobs.pc_keep_alive import PcKeepAliveJob
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from login.storage.models import PcRow
from login.storage.sweep_store import SqlSweepStore
from loopjobs import CancellationToken, Clock
from servicekit.database import Database
from sweeps.case import Advance, Case, Row, write_rows

_ONE_STALE_IN: Final = 100
_STRIDE: Final = 7_919


async def fill(database: Database, rows: int, clock: Clock, advance: Advance) -> None:
    """Write online PCs, every hundredth silent for an hour."""
    await write_rows(database, PcRow, _pcs(rows, clock), advance)


def _pcs(rows: int, clock: Clock) -> Iterator[Row]:
    now = clock.now()
    for number in range(1, rows + 1):
        silence = timedelta(hours=0 if number % _ONE_STALE_IN else 1)
        yield {
            "id": number,
            "mac": f"02{number:010x}",
            "hostname": f"pc-{number}",
            "status": PcStatus.ONLINE,
            "status_reason": "keep_alive",
            "status_changed_at": now - timedelta(days=1),
            # Nobody else falls silent however long the benchmark takes.
            "last_keep_alive_at": now + timedelta(minutes=1) - silence,
            "created_at": now - timedelta(days=2),
            "updated_at": now - timedelta(days=1),
        }


def job(database: Database, clock: Clock) -> Callable[[CancellationToken], Awaitable[object]]:
    """Sweep, with an hour's patience less a little."""
    options = PcKeepAliveJobOptions.model_validate({"ChangeStateTimeInMinutes": 50})
    return PcKeepAliveJob(SqlSweepStore(database), options, clock).execute


async def keep_alive(database: Database, rows: int, number: int, clock: Clock) -> None:
    """Hear one PC after another, all over the table."""
    pc_id = number * _STRIDE % rows + 1
    heard = update(PcRow).where(PcRow.id == pc_id).values(last_keep_alive_at=clock.now())
    async with database.writing() as session:
        await session.execute(heard.execution_options(synchronize_session=False))


CASE: Final = Case("PcKeepAliveJob", "pcs", fill, job, keep_alive)
