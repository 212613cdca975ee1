"""Refreshes that meet the cleanup, and what they make of what it leaves."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.util import await_only

from login.domain.accounts.errors import InvalidGrantError
from login.domain.accounts.sessions import Session, SessionRules
from login.domain.token_search import TokenKind
from login.storage.accounts.session_store import SqlSessionStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.testing.fixtures import on_postgresql

from .cleaner import MakeCleaner
from .token_rows import TokenRows, token_hash

RULES = SessionRules(
    refresh_lifetime=timedelta(days=14), longest=timedelta(days=90), reuse_grace=timedelta(0)
)
ALL_AT_ONCE = {
    "RetainExpiredForDays": 0,
    "RetainRevokedForDays": 0,
}


@pytest.fixture
def sessions(database: Database) -> SqlSessionStore:
    return SqlSessionStore(database, RULES)


async def test_case_02_a_thief_is_noticed_after_the_cleanup(
    tokens: TokenRows, sessions: SqlSessionStore, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """The consumed token is still known: whoever brings it again ends the whole family."""
    family = await tokens.session(expired=-10)
    (stolen,) = await tokens.refresh(family, 30, consumed=300)
    (newest,) = await tokens.refresh(family, -10)
    await cleaner(**ALL_AT_ONCE).clean()
    for token in (stolen, newest):
        with pytest.raises(InvalidGrantError):
            await sessions.rotate(token_hash(token), b"s" * 32, clock.now())
    assert await sessions.find_session(family, clock.now()) is None


async def test_case_06_no_read_needs_the_cleanup(
    tokens: TokenRows, sessions: SqlSessionStore, clock: FakeClock
) -> None:
    """A token that expired and still lies in the table is refused."""
    family = await tokens.session(expired=-10)
    (expired,) = await tokens.refresh(family, 0)
    with pytest.raises(InvalidGrantError):
        await sessions.rotate(token_hash(expired), b"s" * 32, clock.now())


async def test_case_07_refreshes_during_the_cleanup_get_a_successor_or_are_refused(
    tokens: TokenRows, sessions: SqlSessionStore, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """Twenty families with an expired and a living token each, all refreshed at once."""
    living, dead = [], []
    for _ in range(20):
        family = await tokens.session(expired=-10)
        dead += await tokens.refresh(family, 30)
        living += await tokens.refresh(family, -10)
        ended = await tokens.session(expired=30)
        dead += await tokens.refresh(ended, 30)

    async def refresh(token: int) -> Session | None:
        try:
            return await sessions.rotate(token_hash(token), token_hash(-token), clock.now())
        except InvalidGrantError:
            return None

    refreshes = [refresh(token) for token in (*living, *dead)]
    job = cleaner(**ALL_AT_ONCE, BatchSize=3)
    answers = await asyncio.gather(job.clean(), *refreshes)
    assert all(answers[1 : 1 + len(living)])
    assert not any(answers[1 + len(living) :])
    await job.clean()
    assert await tokens.counts() == [0, 2 * len(living), len(living)]


@on_postgresql
async def test_case_07_a_session_that_goes_while_its_token_is_looked_at_is_a_refusal(
    tokens: TokenRows,
    sessions: SqlSessionStore,
    database: Database,
    clock: FakeClock,
    cleaner: MakeCleaner,
) -> None:
    """The token was found and its session is gone: no error of ours."""
    family = await tokens.session(expired=30)
    (token,) = await tokens.refresh(family, 30)
    job = cleaner()
    looks: list[object] = []

    def clean_after_the_first_look(*arguments: object) -> None:
        if "token_hash =" in str(arguments[2]) and not looks:
            looks.append(arguments)
            await_only(job.clean())

    engine = database.writer.sync_engine
    event.listen(engine, "after_cursor_execute", clean_after_the_first_look)
    with pytest.raises(InvalidGrantError):
        await sessions.rotate(token_hash(token), b"s" * 32, clock.now())
    event.remove(engine, "after_cursor_execute", clean_after_the_first_look)
    assert len(looks) == 1
    assert await tokens.left(TokenKind.SESSION) == []
