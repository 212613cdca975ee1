"""Two instances, refreshes and a cleanup that meet."""

import asyncio

import pytest
from sqlalchemy import insert, select, update

from login.domain.token_search import TokenKind
from login.storage.models import AuthSessionRow, OneTimeTokenRow, RefreshTokenRow
from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs.testing import FakeClock
from servicekit.database import Database, DatabaseOptions
from servicekit.testing.fixtures import on_postgresql

from .cleaner import Cleaner, MakeCleaner
from .interleaved_store import InterleavedStore
from .token_rows import TokenRows, token_hash


async def test_case_08_two_instances_delete_each_row_once(
    tokens: TokenRows,
    database_url: str,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    cleaner: MakeCleaner,
) -> None:
    """No error, no deadlock; the two counts sum to the truth."""
    await tokens.one_time(*[30] * 200)
    for expired in (*[30] * 30, -1):
        session = await tokens.session(expired)
        await tokens.refresh(session, *[expired] * 5)
    options = DatabaseOptions.model_validate({"Url": database_url})
    async with Database(options) as other:
        await asyncio.gather(
            cleaner(BatchSize=5).clean(),
            Cleaner(SqlTokenCleanupStore(other), clock, BatchSize=7).clean(),
        )
    lines = [vars(line) for line in caplog.records if "done" in line.getMessage()]
    assert len(lines) == 2
    sums = [sum(line[kind.value] for line in lines) for kind in TokenKind]
    left = await tokens.counts()
    assert [gone + kept for gone, kept in zip(sums, left, strict=True)] == [200, 155, 31]
    # What one passes over because the other holds it, the other deletes; only a session can be
    # left, which one of them looked at before the other had deleted its last token.
    assert left[:2] == [0, 5]
    await cleaner().clean()
    assert await tokens.counts() == [0, 5, 1]


@on_postgresql
async def test_case_08_rows_that_somebody_works_on_are_passed_over(
    tokens: TokenRows, database: Database, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Nobody is waited for; the next run takes them."""
    first, *_ = await tokens.one_time(*[30] * 3)
    async with database.writing() as session:
        await session.execute(
            select(OneTimeTokenRow.id).where(OneTimeTokenRow.id == first).with_for_update()
        )
        await cleaner().clean()
    assert await tokens.left(TokenKind.ONE_TIME) == [first]
    assert "one_time=2 refresh=0 sessions=0 batches=1 skipped=1" in caplog.text
    await cleaner().clean()
    assert await tokens.counts() == [0, 0, 0]


@on_postgresql
async def test_case_07_a_refresh_in_flight_keeps_its_session(
    tokens: TokenRows, database: Database, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """A successor that is not committed yet: the session waits for the next look."""
    family = await tokens.session(expired=30)
    async with database.writing() as session:
        await session.execute(insert(RefreshTokenRow), [successor(family, clock)])
        await cleaner().clean()
        assert await tokens.left(TokenKind.SESSION) == [family]
    await cleaner().clean()
    assert await tokens.counts() == [0, 1, 1]


@pytest.mark.parametrize("kind", [TokenKind.REFRESH, TokenKind.SESSION])
async def test_case_07_a_refresh_between_look_and_delete_keeps_its_session(
    tokens: TokenRows,
    database: Database,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    kind: TokenKind,
    cleaner: MakeCleaner,
    store: InterleavedStore,
) -> None:
    """The delete decides anew: the session lives on by a successor, and so does what it needs."""
    family = await tokens.session(expired=30)
    (consumed,) = await tokens.refresh(family, 30, consumed=40)

    async def refresh(deleted: TokenKind) -> None:
        if deleted is kind:
            async with database.writing() as session:
                await session.execute(insert(RefreshTokenRow), [successor(family, clock)])
                await session.execute(
                    update(AuthSessionRow).values(
                        expires_at=clock.now(), absolute_expires_at=clock.now()
                    )
                )

    store.before_delete = refresh
    await cleaner().clean()
    assert await tokens.left(TokenKind.SESSION) == [family]
    used = [consumed] if kind is TokenKind.REFRESH else []
    assert await tokens.left(TokenKind.REFRESH) == [*used, 1_000_000]
    assert "skipped=1 failed=0" in caplog.text


def successor(family: int, clock: FakeClock) -> dict[str, object]:
    return {
        "id": 1_000_000,
        "session_id": family,
        "token_hash": token_hash(1_000_000),
        "issued_at": clock.now(),
        "expires_at": clock.now(),
    }
