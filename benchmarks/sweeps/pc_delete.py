"""PcDeleteJob: one PC in ten is to go, with all that hangs on it; the others go on being heard."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import login.storage
from filling.bulk import Expressions, insert_rows
from filling.fleet import pc_columns
from login.domain.pc import PcStatus, RemovedBy
from login.storage.models import AuthSessionRow, PcRow, PcStatusEventRow, RefreshTokenRow
from loopjobs import Clock
from servicekit.database import Database, Revisions
from serving.paced import Stream
from serving.services import login_order
from sweeps.case import Case, Scene
from sweeps.login_case import OWNER, add_people, keep_alives_and_sign_ins, others_than
from sweeps.row_by_row import row_by_row

_NAME: Final = "PcDeleteJob"
_ONE_AWAY_IN: Final = 10
_EVENTS_A_PC: Final = 3
"""Beside a session and its token: five rows hang on each PC that goes."""
_DAY: Final = timedelta(days=1)


async def fill(scene: Scene) -> None:
    """Write PCs; of those that go, half are to be retired and half to be purged."""
    sql, rows = scene.expressions, scene.rows
    away = range(_ONE_AWAY_IN, rows + 1, _ONE_AWAY_IN)
    await add_people(scene)
    await insert_rows(scene.database, PcRow, _pc(sql), range(1, rows + 1), sql)
    for number in range(_EVENTS_A_PC):
        await insert_rows(scene.database, PcStatusEventRow, _event(sql, number), away, sql)
    await insert_rows(scene.database, AuthSessionRow, _session(sql), away, sql)
    await insert_rows(scene.database, RefreshTokenRow, _token(sql), away, sql)


def _pc(sql: Expressions) -> dict[str, str]:
    def if_away(then: str, otherwise: str) -> str:
        return f"CASE WHEN n % {_ONE_AWAY_IN} = 0 THEN {then} ELSE {otherwise} END"

    def if_retired(then: str) -> str:
        return f"CASE WHEN n % {2 * _ONE_AWAY_IN} = 0 THEN {then} END"

    since = sql.moment(-100 * _DAY, "-n")
    return pc_columns(sql) | {
        "status": if_away(str(PcStatus.OFFLINE.value), str(PcStatus.ONLINE.value)),
        "status_reason": if_away("'sweep'", "'keep_alive'"),
        "status_changed_at": since,
        "last_keep_alive_at": if_away(since, sql.moment()),
        "offline_start_time": if_away(since, "NULL"),
        "created_at": sql.moment(-200 * _DAY),
        "updated_at": since,
        "deleted_at": if_retired(sql.moment(-40 * _DAY, "-n")),
        "deleted_by": if_retired(f"'{RemovedBy.JOB.value}'"),
    }


def _event(sql: Expressions, number: int) -> dict[str, str]:
    status = number % 2
    return {
        "pc_id": "n",
        "from": str(1 - status),
        "to": str(status),
        "at": sql.moment(-150 * _DAY + number * _DAY),
        "reason": "'keep_alive'" if status else "'sweep'",
    }


def _session(sql: Expressions) -> dict[str, str]:
    ended = sql.moment(-95 * _DAY)
    return {
        "id": "n",
        "user_id": str(OWNER),
        "pc_id": "n",
        "created_at": sql.moment(-109 * _DAY),
        "last_used_at": sql.moment(-109 * _DAY),
        "expires_at": ended,
        "absolute_expires_at": ended,
    }


def _token(sql: Expressions) -> dict[str, str]:
    return {
        "session_id": "n",
        "token_hash": sql.sha256("'token-' || n"),
        "issued_at": sql.moment(-109 * _DAY),
        "expires_at": sql.moment(-95 * _DAY),
    }


def requests(rows: int, _: tuple[str, ...]) -> Sequence[Stream]:
    """Return keep-alives of those that stay, and sign-ins."""
    return keep_alives_and_sign_ins(rows // _ONE_AWAY_IN, _ONE_AWAY_IN)


async def row_by_row_instead(database: Database, clock: Clock) -> int:
    """Look at each PC; retire it, or delete all that hangs on it and then itself."""
    now = clock.now()

    async def let_go(session: AsyncSession, pc: PcRow) -> None:
        if pc.deleted_at is None:
            changes = {"deleted_at": now, "deleted_by": RemovedBy.JOB.value}
            statement = update(PcRow).where(PcRow.id == pc.id).values(changes)
            await session.execute(statement.execution_options(synchronize_session=False))
            return
        sessions = select(AuthSessionRow.id).where(AuthSessionRow.pc_id == pc.id)
        for table, condition in (
            (RefreshTokenRow, RefreshTokenRow.session_id.in_(sessions)),
            (AuthSessionRow, AuthSessionRow.pc_id == pc.id),
            (PcStatusEventRow, PcStatusEventRow.pc_id == pc.id),
            (PcRow, PcRow.id == pc.id),
        ):
            gone = delete(table).where(condition)
            await session.execute(gone.execution_options(synchronize_session=False))

    def is_away(pc: PcRow) -> bool:
        return pc.status == PcStatus.OFFLINE.value

    return await row_by_row(database, select(PcRow.id).order_by(PcRow.id), PcRow, is_away, let_go)


CASE: Final = Case(
    name=_NAME,
    full_rows=1_000_000,
    revisions=Revisions.of(login.storage),
    fill=fill,
    order=login_order,
    job={"MaxPerRun": 100_000},
    counters=("retired", "purged"),
    others=others_than(_NAME),
    requests=requests,
    peer=row_by_row_instead,
)
