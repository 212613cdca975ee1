"""Stores that are busy, broken or gone while tokens are cleaned."""

from collections.abc import Callable, Coroutine

import pytest

from login.domain.token_cleanup import TokenCleanupIncompleteError
from login.domain.token_search import Search, TokenKind
from loopjobs.testing import FakeClock
from servicekit.faults import StoreBusyError, StoreUnavailableError

from .cleaner import MakeCleaner
from .interleaved_store import InterleavedStore
from .token_rows import TokenRows

ATTEMPTS = 3


def failing(
    store: InterleavedStore, kind: TokenKind, calls: set[int], error: Exception
) -> Callable[[TokenKind], Coroutine[None, None, None]]:
    """Fail when so many batches of a kind were tried."""

    async def fail(deleted: TokenKind) -> None:
        if deleted is kind and store.deletes.count(kind) in calls:
            raise error

    return fail


async def three_batches(tokens: TokenRows, *, size: int) -> None:
    session = await tokens.session(expired=30)
    await tokens.refresh(session, *[30] * 3 * size)
    await tokens.one_time(*[30] * 3 * size)


async def test_case_11_a_batch_that_meets_a_lock_is_tried_again(
    tokens: TokenRows, clock: FakeClock, cleaner: MakeCleaner, store: InterleavedStore
) -> None:
    """The second batch of refresh tokens is locked out twice: all go, and the run succeeds."""
    await three_batches(tokens, size=2)
    busy = StoreBusyError("locked")
    store.before_delete = failing(store, TokenKind.REFRESH, {2, 3}, busy)
    await cleaner(BatchSize=2).clean()
    assert await tokens.counts() == [0, 0, 0]
    assert store.deletes.count(TokenKind.REFRESH) == 3 + 2
    assert 0.2 <= clock.monotonic() <= 0.6


async def test_case_11_a_kind_that_stays_locked_does_not_keep_the_others(
    tokens: TokenRows,
    caplog: pytest.LogCaptureFixture,
    cleaner: MakeCleaner,
    store: InterleavedStore,
) -> None:
    """Three attempts and no more; then sessions are cleaned, and the run fails to be seen."""
    await three_batches(tokens, size=2)
    childless = await tokens.session(expired=30)
    locked = failing(store, TokenKind.REFRESH, {2, 3, 4}, StoreBusyError("locked"))
    store.before_delete = locked
    with pytest.raises(TokenCleanupIncompleteError, match=r"refresh \(StoreBusyError\)"):
        await cleaner(BatchSize=2).clean()
    assert store.deletes.count(TokenKind.REFRESH) == 1 + ATTEMPTS
    assert await tokens.counts() == [0, 4, 1]
    assert childless not in await tokens.left(TokenKind.SESSION)
    assert "one_time=6 refresh=2 sessions=1 batches=5 skipped=1 failed=1" in caplog.text
    assert "backlog=4 oldest_expired_s=108000" in caplog.text
    assert "stopped_by=error" in caplog.text
    assert "token_cleanup batch failed kind=refresh error=StoreBusyError" in caplog.text


async def test_case_11_a_look_that_takes_too_long_is_tried_again_too(
    tokens: TokenRows, cleaner: MakeCleaner, store: InterleavedStore
) -> None:
    """Where tokens cannot even be found, three looks are enough."""
    await three_batches(tokens, size=2)

    async def too_long(search: Search) -> None:
        if search is Search.ONE_TIME_BY_EXPIRY:
            raise StoreBusyError("took too long")

    store.before_find = store.before_survey = too_long
    with pytest.raises(TokenCleanupIncompleteError):
        await cleaner().clean()
    assert store.finds.count(Search.ONE_TIME_BY_EXPIRY) == ATTEMPTS
    assert await tokens.counts() == [6, 0, 0]


async def test_a_batch_that_breaks_does_not_keep_the_others(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """A row that something unknown refers to: its batch stays, and the run says so."""
    first, *_ = await tokens.one_time(*[30] * 6)
    await tokens.execute(
        "CREATE TABLE stranger (token BIGINT REFERENCES one_time_tokens (id))",
        f"INSERT INTO stranger VALUES ({first})",  # noqa: S608 - our own number
    )
    with pytest.raises(TokenCleanupIncompleteError, match=r"one_time \(IntegrityError\)"):
        await cleaner(BatchSize=2).clean()
    assert await tokens.left(TokenKind.ONE_TIME) == [first, first + 1]


async def test_a_kind_that_always_breaks_is_left_alone_soon(
    tokens: TokenRows, cleaner: MakeCleaner, store: InterleavedStore
) -> None:
    """Three batches fail and the other ninety-seven are not tried."""
    await tokens.one_time(*[30] * 100)
    broken = failing(store, TokenKind.ONE_TIME, set(range(1, 101)), ValueError("broken"))
    store.before_delete = broken
    with pytest.raises(TokenCleanupIncompleteError):
        await cleaner(BatchSize=1).clean()
    assert len(store.deletes) == 3


async def test_a_store_that_is_gone_fails_the_run_at_once(
    tokens: TokenRows,
    caplog: pytest.LogCaptureFixture,
    cleaner: MakeCleaner,
    store: InterleavedStore,
) -> None:
    """Nothing else is tried; what was done before is kept and told."""
    await three_batches(tokens, size=2)
    gone = failing(store, TokenKind.ONE_TIME, {2}, StoreUnavailableError("gone"))
    store.before_delete = gone
    with pytest.raises(StoreUnavailableError):
        await cleaner(BatchSize=2).clean()
    assert await tokens.counts() == [4, 6, 1]
    assert store.deletes == [TokenKind.ONE_TIME] * 2
    assert "one_time=2 refresh=0 sessions=0 batches=1" in caplog.text
    assert "stopped_by=error" in caplog.text
