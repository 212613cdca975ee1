"""What one transaction of a rotation sees of another: the row lock decides on PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest

from login.domain.accounts.errors import InvalidGrantError
from login.domain.accounts.opaque_tokens import REFRESH, OpaqueToken
from login.domain.accounts.ports import NewSession
from login.domain.accounts.sessions import RevokeReason, Session, SessionRules
from login.storage.accounts.revocation import revoke_session
from login.storage.accounts.rotation import rotate
from login.storage.accounts.session_store import SqlSessionStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.testing.fixtures import on_postgresql

from .people import People

pytestmark = on_postgresql

RULES = SessionRules(timedelta(days=14), timedelta(days=90), timedelta(seconds=10))
WITHOUT_GRACE = SessionRules(timedelta(days=14), timedelta(days=90), timedelta(0))


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    return SqlSessionStore(database, RULES)


@pytest.fixture
def token() -> OpaqueToken:
    return OpaqueToken.new(REFRESH)


@pytest.fixture
async def session(
    store: SqlSessionStore, people: People, token: OpaqueToken, clock: FakeClock
) -> Session:
    await people.add()
    known = await store.find_password("ada")
    assert known is not None
    return await store.begin(NewSession(known, None, token.digest), clock.now())


async def waits(task: asyncio.Task[Session]) -> None:
    """Let a task come to the lock, where it must stay."""
    for _ in range(200):
        await asyncio.sleep(0.001)
    assert not task.done()


def other_rotation(
    database: Database, rules: SessionRules, token: OpaqueToken, clock: FakeClock
) -> asyncio.Task[Session]:
    successor = OpaqueToken.new(REFRESH).digest
    rotation = SqlSessionStore(database, rules).rotate(token.digest, successor, clock.now())
    return asyncio.create_task(rotation)


async def test_who_waited_for_an_exchange_gets_a_sibling(
    database: Database, session: Session, token: OpaqueToken, clock: FakeClock
) -> None:
    """The second caller saw the token unused, waits for the lock, and judges it anew."""
    async with database.writing() as first:
        successor = OpaqueToken.new(REFRESH).digest
        assert await rotate(first, token.digest, successor, RULES, clock.now())
        second = other_rotation(database, RULES, token, clock)
        await waits(second)
    assert (await second).id == session.id


async def test_who_waited_for_an_exchange_without_grace_ends_the_session(
    database: Database, session: Session, token: OpaqueToken, clock: FakeClock, people: People
) -> None:
    """The second caller is a reuse."""
    async with database.writing() as first:
        successor = OpaqueToken.new(REFRESH).digest
        assert await rotate(first, token.digest, successor, WITHOUT_GRACE, clock.now())
        second = other_rotation(database, WITHOUT_GRACE, token, clock)
        await waits(second)
    with pytest.raises(InvalidGrantError):
        await second
    assert [row.revoke_reason for row in await people.sessions()] == ["reuse"]
    assert session.id == (await people.sessions())[0].id


async def test_who_waited_for_an_exchange_that_was_undone_exchanges(
    database: Database, session: Session, token: OpaqueToken, clock: FakeClock, people: People
) -> None:
    """A rollback leaves the token as it was."""
    async with database.writing() as first:
        successor = OpaqueToken.new(REFRESH).digest
        assert await rotate(first, token.digest, successor, RULES, clock.now())
        second = other_rotation(database, RULES, token, clock)
        await waits(second)
        await first.rollback()
    assert (await second).id == session.id
    assert len(await people.tokens()) == 2


async def test_who_waited_for_a_revocation_gets_nothing(
    database: Database, session: Session, token: OpaqueToken, clock: FakeClock, people: People
) -> None:
    """The session was good when it was looked at; nothing of the exchange stays."""
    async with database.writing() as first:
        await revoke_session(first, session.id, RevokeReason.LOGOUT, clock.now())
        second = other_rotation(database, RULES, token, clock)
        await waits(second)
    with pytest.raises(InvalidGrantError):
        await second
    (kept,) = await people.tokens()
    assert kept.consumed_at is None
