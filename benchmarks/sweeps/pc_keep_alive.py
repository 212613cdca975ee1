"""PcKeepAliveJob: one PC in a hundred has fallen silent, and the others go on being heard."""

from datetime import timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

import login.storage
from login.domain.pc import PcStatus, StatusReason
from login.jobs.pc_keep_alive import PcKeepAliveJob
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from login.storage.changes import fallen_silent
from login.storage.models import PcRow
from login.storage.sweep_store import SqlSweepStore
from servicekit.database import Revisions
from sweeps.bulk import insert_rows
from sweeps.case import Case, Execute, Scene
from sweeps.row_by_row import row_by_row

_ONE_STALE_IN: Final = 100
_STRIDE: Final = 7_919
_DAY: Final = timedelta(days=1)
_HOUR: Final = 3_600_000
"""Milliseconds."""


async def fill(scene: Scene) -> None:
    """Write online PCs, every hundredth silent for an hour."""
    sql = scene.expressions
    silence = f"CASE WHEN n % {_ONE_STALE_IN} = 0 THEN -{_HOUR} ELSE 0 END"
    columns = {
        "id": "n",
        "mac": sql.mac(),
        "hostname": "'pc-' || n",
        "status": str(PcStatus.ONLINE.value),
        "status_reason": "'keep_alive'",
        "status_changed_at": sql.moment(-_DAY),
        # Nobody else falls silent however long the benchmark takes.
        "last_keep_alive_at": sql.moment(timedelta(minutes=10), silence),
        "created_at": sql.moment(-2 * _DAY),
        "updated_at": sql.moment(-_DAY),
    }
    await insert_rows(scene.database, PcRow, columns, range(1, scene.rows + 1), sql)


def job(scene: Scene) -> Execute:
    """Sweep, with an hour's patience less a little."""
    options = PcKeepAliveJobOptions.model_validate({"ChangeStateTimeInMinutes": 40})
    return PcKeepAliveJob(SqlSweepStore(scene.database), options, scene.clock).execute


async def keep_alive(scene: Scene, number: int) -> None:
    """Hear one PC after another, all over the table."""
    await hear(scene, number * _STRIDE % scene.rows + 1)


async def hear(scene: Scene, pc_id: int) -> None:
    """Note that a PC that is online was heard."""
    heard = update(PcRow).where(PcRow.id == pc_id).values(last_keep_alive_at=scene.clock.now())
    async with scene.database.writing() as session:
        await session.execute(heard.execution_options(synchronize_session=False))


async def row_by_row_instead(scene: Scene) -> None:
    """Look at each PC, and declare it offline if it is silent."""
    now = scene.clock.now()
    cutoff = now - timedelta(minutes=40)

    def is_silent(pc: PcRow) -> bool:
        return pc.last_keep_alive_at is None or pc.last_keep_alive_at < cutoff

    async def mark(session: AsyncSession, pc: PcRow) -> None:
        changes = fallen_silent(now, StatusReason.SWEEP)
        statement = update(PcRow).where(PcRow.id == pc.id).values(changes)
        await session.execute(statement.execution_options(synchronize_session=False))

    await row_by_row(scene, PcRow.id, PcRow, is_silent, mark)


CASE: Final = Case(
    "PcKeepAliveJob",
    "pcs",
    Revisions.of(login.storage),
    fill,
    job,
    keep_alive,
    row_by_row_instead,
    full_rows=1_000_000,
)
