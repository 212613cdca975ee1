"""PcKeepAliveJob: one PC in a hundred has fallen silent, and the others go on being heard."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import update

import login.storage
from login.domain.pc import PcStatus
from login.jobs.pc_keep_alive import PcKeepAliveJob
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from login.storage.models import PcRow
from login.storage.sweep_store import SqlSweepStore
from loopjobs import Clock
from sweeps.case import Advance, Case, Execute, Row, Scene, revisions_of, write_rows

_ONE_STALE_IN: Final = 100
_STRIDE: Final = 7_919


async def fill(scene: Scene, advance: Advance) -> None:
    """Write online PCs, every hundredth silent for an hour."""
    await write_rows(scene, PcRow, _pcs(scene.rows, scene.clock), advance)


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


def job(scene: Scene) -> Execute:
    """Sweep, with an hour's patience less a little."""
    options = PcKeepAliveJobOptions.model_validate({"ChangeStateTimeInMinutes": 50})
    return PcKeepAliveJob(SqlSweepStore(scene.database), options, scene.clock).execute


async def keep_alive(scene: Scene, number: int) -> None:
    """Hear one PC after another, all over the table."""
    await hear(scene, number * _STRIDE % scene.rows + 1)


async def hear(scene: Scene, pc_id: int) -> None:
    """Note that a PC that is online was heard."""
    heard = update(PcRow).where(PcRow.id == pc_id).values(last_keep_alive_at=scene.clock.now())
    async with scene.database.writing() as session:
        await session.execute(heard.execution_options(synchronize_session=False))


CASE: Final = Case("PcKeepAliveJob", "pcs", revisions_of(login.storage), fill, job, keep_alive)
