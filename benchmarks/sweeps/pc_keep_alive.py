"""PcKeepAliveJob: one PC in a hundred has fallen silent, and the others go on being heard."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

import login.storage
from filling.bulk import insert_rows
from filling.fleet import pc_columns
from login.domain.pc import StatusReason
from login.storage.changes import fallen_silent
from login.storage.models import PcRow
from loopjobs import Clock
from servicekit.database import Database, Revisions
from serving.paced import Stream
from serving.services import login_order
from sweeps.case import Case, Scene
from sweeps.login_case import add_people, keep_alives_and_sign_ins, others_than
from sweeps.row_by_row import row_by_row

_NAME: Final = "PcKeepAliveJob"
_ONE_STALE_IN: Final = 100
_HOUR: Final = 3_600_000
"""Milliseconds."""
_PATIENCE: Final = timedelta(minutes=40)
"""Less than the silence of the stale, and more than the benchmark takes."""


async def fill(scene: Scene) -> None:
    """Write online PCs, every hundredth silent for an hour."""
    sql = scene.expressions
    silence = f"CASE WHEN n % {_ONE_STALE_IN} = 0 THEN -{_HOUR} ELSE 0 END"
    columns = pc_columns(sql) | {"last_keep_alive_at": sql.moment(milliseconds=silence)}
    await insert_rows(scene.database, PcRow, columns, range(1, scene.rows + 1), sql)
    await add_people(scene)


def requests(rows: int, _: tuple[str, ...]) -> Sequence[Stream]:
    """Return keep-alives of those that are not silent, and sign-ins."""
    return keep_alives_and_sign_ins(rows // _ONE_STALE_IN, _ONE_STALE_IN)


async def row_by_row_instead(database: Database, clock: Clock) -> int:
    """Look at each PC, and declare it offline if it is silent."""
    now = clock.now()
    cutoff = now - _PATIENCE

    def is_silent(pc: PcRow) -> bool:
        return pc.last_keep_alive_at is None or pc.last_keep_alive_at < cutoff

    async def mark(session: AsyncSession, pc: PcRow) -> None:
        changes = fallen_silent(now, StatusReason.SWEEP)
        is_still_silent = PcRow.last_keep_alive_at < cutoff
        statement = update(PcRow).where(PcRow.id == pc.id, is_still_silent).values(changes)
        await session.execute(statement.execution_options(synchronize_session=False))

    return await row_by_row(database, select(PcRow.id).order_by(PcRow.id), PcRow, is_silent, mark)


CASE: Final = Case(
    name=_NAME,
    full_rows=1_000_000,
    revisions=Revisions.of(login.storage),
    fill=fill,
    order=login_order,
    job={"ChangeStateTimeInMinutes": _PATIENCE.total_seconds() / 60},
    counters=("marked",),
    others=others_than(_NAME),
    requests=requests,
    peer=row_by_row_instead,
)
