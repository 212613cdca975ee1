"""TokenCleanupJob: half of the refresh tokens have expired, and people sign in meanwhile."""

import hashlib
from datetime import timedelta
from random import SystemRandom
from typing import Final

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

import login.storage
from login.jobs.token_cleanup import TokenCleanupJob
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from login.storage.models import AuthSessionRow, RefreshTokenRow, UserRow
from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs import Clock
from servicekit.database import Revisions
from sweeps.bulk import Expressions, insert_rows
from sweeps.case import Case, Execute, Row, Scene
from sweeps.row_by_row import row_by_row

_TOKENS_A_SESSION: Final = 10
_AGO: Final = timedelta(days=10)
_AHEAD: Final = timedelta(days=10)


async def fill(scene: Scene) -> None:
    """Write sessions of ten tokens each, every second session long over."""
    sql, families = scene.expressions, scene.rows // _TOKENS_A_SESSION
    await add_user(scene)
    sessions, tokens = range(1, families + 1), range(families * _TOKENS_A_SESSION)
    await insert_rows(scene.database, AuthSessionRow, _session_columns(sql), sessions, sql)
    await insert_rows(scene.database, RefreshTokenRow, _token_columns(sql), tokens, sql)


def _session_columns(sql: Expressions) -> dict[str, str]:
    expires_at = _if_over("n", sql.moment(-_AGO), sql.moment(_AHEAD))
    return {
        "id": "n",
        "user_id": "1",
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
        "token_hash": sql.digest(),
        "issued_at": sql.moment(-2 * _AGO),
        "expires_at": _if_over(family, sql.moment(-_AGO, "-n"), sql.moment(_AHEAD, "-n")),
        "consumed_at": f"CASE WHEN {is_last} THEN NULL ELSE {sql.moment(-_AGO)} END",
    }


def _if_over(family: str, then: str, otherwise: str) -> str:
    return f"CASE WHEN {family} % 2 = 1 THEN {then} ELSE {otherwise} END"


async def add_user(scene: Scene) -> None:
    """Write the person, number 1, whose sessions they all are."""
    user = UserRow(id=1, username="ann", username_ci="ann", password_hash="", scopes="")
    user.created_at = user.updated_at = scene.clock.now()
    async with scene.database.writing() as session:
        session.add(user)


def _session(number: int, clock: Clock) -> Row:
    now = clock.now()
    expires_at = now - _AGO if number % 2 else now + _AHEAD
    return {
        "id": number,
        "user_id": 1,
        "created_at": now - 2 * _AGO,
        "last_used_at": now - 2 * _AGO,
        "expires_at": expires_at,
        "absolute_expires_at": expires_at,
    }


def _token(secret: str, family: int, clock: Clock) -> dict[str, object]:
    return {
        "session_id": family,
        "token_hash": hashlib.sha256(secret.encode()).digest(),
        "issued_at": clock.now() - 2 * _AGO,
        "expires_at": clock.now() + _AHEAD,
        "consumed_at": None,
    }


def job(scene: Scene) -> Execute:
    """Clean it all in one run; else as the settings come."""
    options = TokenCleanupJobOptions.model_validate({"MaxPerRun": 1_000_000_000})
    store = SqlTokenCleanupStore(scene.database)
    return TokenCleanupJob(store, options, scene.clock, SystemRandom()).execute


async def sign_in(scene: Scene, number: int) -> None:
    """Begin a session with its first token, as a sign-in does."""
    first = scene.rows // _TOKENS_A_SESSION + 1
    family = first + 2 * number + first % 2  # an even number: a session that lives
    token = _token(f"new {number}", family, scene.clock)
    async with scene.database.writing() as session:
        await session.execute(insert(AuthSessionRow), [_session(family, scene.clock)])
        await session.execute(insert(RefreshTokenRow), [token])


async def row_by_row_instead(scene: Scene) -> None:
    """Look at each token, and delete it if it has expired."""
    cutoff = scene.clock.now() - timedelta(days=1)

    async def remove(session: AsyncSession, token: RefreshTokenRow) -> None:
        await session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.id == token.id))

    token = RefreshTokenRow
    await row_by_row(scene, token.id, token, lambda row: row.expires_at < cutoff, remove)


CASE: Final = Case(
    "TokenCleanupJob",
    "refresh_tokens",
    Revisions.of(login.storage),
    fill,
    job,
    sign_in,
    row_by_row_instead,
    full_rows=2_000_000,
)
