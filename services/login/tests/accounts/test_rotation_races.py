"""What one transaction of a rotation sees of another: the row lock decides on PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.accounts.errors import InvalidGrantError
from login.domain.accounts.opaque_tokens import REFRESH, OpaqueToken
from login.domain.accounts.ports import NewSession
from login.domain.accounts.sessions import RevokeReason, Session, SessionRules
from login.storage.accounts.revocation import revoke_session
from login.storage.accounts.rotation import rotate
from login.storage.accounts.session_store import SqlSessionStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.testing import until_somebody_waits
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


class Race:
    """Two callers with one token, each in a transaction of its own."""

    def __init__(self, database: Database, token: OpaqueToken, clock: FakeClock) -> None:
        self._database = database
        self._token = token
        self._clock = clock

    async def exchange(self, first: AsyncSession, rules: SessionRules) -> None:
        """Let the first caller exchange the token; it has not committed yet."""
        successor = OpaqueToken.new(REFRESH).digest
        going_on = await rotate(first, self._token.digest, successor, rules, self._clock.now())
        assert isinstance(going_on, Session)

    async def second_caller(self, rules: SessionRules) -> asyncio.Task[Session]:
        """Let the second caller come to the lock, where it must stay."""
        store = SqlSessionStore(self._database, rules)
        successor = OpaqueToken.new(REFRESH).digest
        rotation = store.rotate(self._token.digest, successor, self._clock.now())
        second = asyncio.create_task(rotation)
        await until_somebody_waits(self._database)
        return second


@pytest.fixture
def race(database: Database, token: OpaqueToken, clock: FakeClock) -> Race:
    return Race(database, token, clock)


async def test_who_waited_for_an_exchange_gets_a_sibling(
    database: Database, session: Session, race: Race
) -> None:
    """The second caller saw the token unused, waits for the lock, and judges it anew."""
    async with database.writing() as first:
        await race.exchange(first, RULES)
        second = await race.second_caller(RULES)
    assert (await second).id == session.id


async def test_who_waited_for_an_exchange_without_grace_ends_the_session(
    database: Database, session: Session, people: People, race: Race
) -> None:
    """The second caller is a reuse."""
    async with database.writing() as first:
        await race.exchange(first, WITHOUT_GRACE)
        second = await race.second_caller(WITHOUT_GRACE)
    with pytest.raises(InvalidGrantError):
        await second
    assert [row.revoke_reason for row in await people.sessions()] == ["reuse"]
    assert session.id == (await people.sessions())[0].id


async def test_who_waited_for_an_exchange_that_was_undone_exchanges(
    database: Database, session: Session, people: People, race: Race
) -> None:
    """A rollback leaves the token as it was."""
    async with database.writing() as first:
        await race.exchange(first, RULES)
        second = await race.second_caller(RULES)
        await first.rollback()
    assert (await second).id == session.id
    assert len(await people.tokens()) == 2


async def test_who_waited_for_a_revocation_gets_nothing(
    database: Database, session: Session, clock: FakeClock, people: People, race: Race
) -> None:
    """The session was good when it was looked at; nothing of the exchange stays."""
    async with database.writing() as first:
        await revoke_session(first, session.id, RevokeReason.LOGOUT, clock.now())
        second = await race.second_caller(RULES)
    with pytest.raises(InvalidGrantError):
        await second
    (kept,) = await people.tokens()
    assert kept.consumed_at is None
