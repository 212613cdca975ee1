"""The acceptance cases of the rule itself: what goes, and what stays."""

import pytest

from login.domain.token_search import TokenKind

from .cleaner import MakeCleaner
from .token_rows import TokenRows

DAY = 24.0


async def test_case_01_an_expired_token_goes_after_a_day(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """Expired 25 hours ago: gone; 23 hours ago, or not yet: kept."""
    session = await tokens.session(expired=-1)
    gone, *kept = await tokens.refresh(session, 25, 23, -1)
    one_time_gone, *one_time_kept = await tokens.one_time(25, 23, -1)
    await cleaner().clean()
    assert await tokens.left(TokenKind.REFRESH) == kept
    assert await tokens.left(TokenKind.ONE_TIME) == one_time_kept
    assert await tokens.left(TokenKind.SESSION) == [session]
    assert gone not in kept
    assert one_time_gone not in one_time_kept


async def test_case_01_the_line_itself_is_not_beyond_it(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """Expired exactly a day ago: kept; a microsecond longer ago: gone."""
    kept, _ = await tokens.one_time(DAY, DAY + 1 / 3_600_000_000)
    await cleaner().clean()
    assert await tokens.left(TokenKind.ONE_TIME) == [kept]


async def test_case_02_a_consumed_token_stays_while_its_session_lives(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """However long ago it expired: whoever uses it again betrays a theft."""
    session = await tokens.session(expired=-1)
    consumed = await tokens.refresh(session, 40 * DAY, 2 * DAY, consumed=50 * DAY)
    alive = await tokens.refresh(session, -1)
    await cleaner(RetainExpiredForDays=0, RetainRevokedForDays=0).clean()
    assert await tokens.left(TokenKind.REFRESH) == consumed + alive


async def test_case_02_unless_the_settings_say_how_long_it_stays(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """Consumed 3 days ago: gone after 2 days, expired or not; consumed a day ago: kept."""
    session = await tokens.session(expired=-1)
    await tokens.refresh(session, 5, -5, 50, consumed=3 * DAY)
    recent = await tokens.refresh(session, -5, 50, consumed=DAY)
    await cleaner(RetainConsumedForDays=2).clean()
    assert await tokens.left(TokenKind.REFRESH) == recent


async def test_case_03_a_session_that_ended_goes_with_its_tokens(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """First the tokens, consumed or not, and then the session itself."""
    session = await tokens.session(expired=25)
    await tokens.refresh(session, 25)
    await tokens.refresh(session, 26, 27, consumed=100)
    younger = await tokens.session(expired=23)
    await tokens.refresh(younger, 25, consumed=30)
    await cleaner().clean()
    assert await tokens.counts() == [0, 1, 1]
    assert await tokens.left(TokenKind.SESSION) == [younger]


async def test_case_04_a_revoked_session_goes_after_a_week(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """Revoked 8 days ago: gone with all its tokens, expired or not; 6 days ago: kept."""
    gone = await tokens.session(expired=-DAY, revoked=8 * DAY)
    await tokens.refresh(gone, -DAY)
    await tokens.refresh(gone, -5, 30, consumed=9 * DAY)
    kept = await tokens.session(expired=-DAY, revoked=6 * DAY)
    its = await tokens.refresh(kept, -DAY)
    its += await tokens.refresh(kept, -5, 30, consumed=9 * DAY)
    await cleaner().clean()
    assert await tokens.left(TokenKind.SESSION) == [kept]
    assert await tokens.left(TokenKind.REFRESH) == its


async def test_a_session_keeps_while_a_token_of_it_does(
    tokens: TokenRows, cleaner: MakeCleaner
) -> None:
    """A token that outlives its session, which should not be, is no orphan either."""
    session = await tokens.session(expired=30)
    its = await tokens.refresh(session, -1)
    await cleaner().clean()
    assert (await tokens.left(TokenKind.SESSION), await tokens.left(TokenKind.REFRESH)) == (
        [session],
        its,
    )


async def test_case_14_a_dry_run_counts_what_a_run_deletes(
    tokens: TokenRows, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """The counts are those of the real run after it; nothing has gone."""
    for age in (30, 31):
        session = await tokens.session(expired=age, revoked=200)
        await tokens.refresh(session, age, -1)
        await tokens.refresh(session, age + 1, consumed=60)
    await tokens.one_time(25, 26, 27)
    before = await tokens.counts()
    await cleaner(DryRun=True, BatchSize=2).clean()
    assert await tokens.counts() == before
    await cleaner(BatchSize=2).clean()
    assert await tokens.counts() == [0, 0, 0]
    dry, real = [line.getMessage() for line in caplog.records if "done" in line.getMessage()]
    assert dry == real.replace("token_cleanup done", "token_cleanup dry run done")
    assert "one_time=3 refresh=6 sessions=2 " in dry
