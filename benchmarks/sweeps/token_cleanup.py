"""TokenCleanupJob: half of the refresh tokens have expired, and people sign in meanwhile."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from random import SystemRandom
from typing import Final

from sqlalchemy import insert

import login.storage
from login.jobs.token_cleanup import TokenCleanupJob
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from login.storage.models import AuthSessionRow, RefreshTokenRow, UserRow
from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs import Clock
from sweeps.case import Advance, Case, Execute, Row, Scene, revisions_of, write_rows

_TOKENS_A_SESSION: Final = 10
_AGO: Final = timedelta(days=10)
_AHEAD: Final = timedelta(days=10)


async def fill(scene: Scene, advance: Advance) -> None:
    """Write sessions of ten tokens each, every second session long over."""
    clock = scene.clock
    await add_user(scene)
    numbers = range(1, scene.rows // _TOKENS_A_SESSION + 1)
    await write_rows(scene, AuthSessionRow, (_session(number, clock) for number in numbers))
    await write_rows(scene, RefreshTokenRow, _tokens(scene.rows, clock), advance)


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


def _tokens(rows: int, clock: Clock) -> Iterator[Row]:
    for number in range(rows):
        family = number // _TOKENS_A_SESSION + 1
        token = _token(f"{number}", family, clock)
        spread = timedelta(milliseconds=number)
        token["expires_at"] = clock.now() + (-_AGO if family % 2 else _AHEAD) - spread
        if (number + 1) % _TOKENS_A_SESSION:
            token["consumed_at"] = clock.now() - _AGO
        yield token


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


CASE: Final = Case(
    "TokenCleanupJob", "refresh_tokens", revisions_of(login.storage), fill, job, sign_in
)
