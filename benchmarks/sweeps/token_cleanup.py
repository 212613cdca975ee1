"""TokenCleanupJob: half of the refresh tokens have expired, and people sign in meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

import login.storage
from filling.bulk import Expressions, insert_rows
from filling.fleet import pc_columns
from login.storage.models import AuthSessionRow, PcRow, RefreshTokenRow
from loopjobs import Clock
from servicekit.database import Database, Revisions
from serving.paced import Stream
from serving.services import login_order
from sweeps.case import Case, Scene
from sweeps.login_case import OWNER, add_people, keep_alives_and_sign_ins, others_than
from sweeps.row_by_row import row_by_row

_NAME: Final = "TokenCleanupJob"
_PCS: Final = 10_000
_TOKENS_A_SESSION: Final = 10
_AGO: Final = timedelta(days=10)
_AHEAD: Final = timedelta(days=10)


async def fill(scene: Scene) -> None:
    """Write sessions of ten tokens each, every second session long over."""
    sql, families = scene.expressions, scene.rows // _TOKENS_A_SESSION
    await add_people(scene)
    await insert_rows(scene.database, PcRow, pc_columns(sql), range(1, _PCS + 1), sql)
    sessions, tokens = range(1, families + 1), range(families * _TOKENS_A_SESSION)
    await insert_rows(scene.database, AuthSessionRow, _session_columns(sql), sessions, sql)
    await insert_rows(scene.database, RefreshTokenRow, _token_columns(sql), tokens, sql)


def _session_columns(sql: Expressions) -> dict[str, str]:
    expires_at = _if_over("n", sql.moment(-_AGO), sql.moment(_AHEAD))
    return {
        "id": "n",
        "user_id": str(OWNER),
        "created_at": sql.moment(-2 * _AGO),
        "last_used_at": sql.moment(-2 * _AGO),
        "expires_at": expires_at,
        "absolute_expires_at": expires_at,
    }


def _token_columns(sql: Expressions) -> dict[str, str]:
    family = f"(n / {_TOKENS_A_SESSION} + 1)"
    is_last = f"(n + 1) % {_TOKENS_A_SESSION} = 0"
    return {
        "session_id": family,
        "token_hash": sql.sha256("'token-' || n"),
        "issued_at": sql.moment(-2 * _AGO),
        "expires_at": _if_over(family, sql.moment(-_AGO, "-n"), sql.moment(_AHEAD, "-n")),
        "consumed_at": f"CASE WHEN {is_last} THEN NULL ELSE {sql.moment(-_AGO)} END",
    }


def _if_over(family: str, then: str, otherwise: str) -> str:
    return f"CASE WHEN {family} % 2 = 1 THEN {then} ELSE {otherwise} END"


def requests(_: int, __: tuple[str, ...]) -> Sequence[Stream]:
    """Return keep-alives and sign-ins."""
    return keep_alives_and_sign_ins(_PCS)


async def row_by_row_instead(database: Database, clock: Clock) -> int:
    """Look at each token, and delete it if it has expired."""
    cutoff = clock.now() - timedelta(days=1)

    async def remove(session: AsyncSession, token: RefreshTokenRow) -> None:
        await session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.id == token.id))

    def has_expired(token: RefreshTokenRow) -> bool:
        return token.expires_at < cutoff

    return await row_by_row(
        database,
        select(RefreshTokenRow.id).order_by(RefreshTokenRow.id),
        RefreshTokenRow,
        has_expired,
        remove,
    )


CASE: Final = Case(
    name=_NAME,
    full_rows=2_000_000,
    revisions=Revisions.of(login.storage),
    fill=fill,
    order=login_order,
    job={"MaxPerRun": 1_000_000_000},
    counters=("refresh", "sessions"),
    others=others_than(_NAME),
    requests=requests,
    peer=row_by_row_instead,
)
