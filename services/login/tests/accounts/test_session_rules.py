"""What becomes of a refresh token, whatever its story is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from login.credentials.options import LoginTokenOptions
from login.domain.accounts.sessions import PresentedToken, Session, SessionRules, Verdict, judge

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
moments = st.integers(-200, 200).map(lambda seconds: NOON + timedelta(seconds=seconds))
graces = st.integers(0, 60).map(lambda seconds: timedelta(seconds=seconds))


def token(
    expires_at: datetime, consumed_at: datetime | None, *, session_is_over: bool = False
) -> PresentedToken:
    session = Session(1, 7, None, frozenset(), NOON + timedelta(days=1))
    return PresentedToken(1, NOON, expires_at, consumed_at, session, session_is_over, NOON)


@given(moments, moments, graces)
def test_a_token_is_good_until_it_expires(
    expires_at: datetime, now: datetime, grace: timedelta
) -> None:
    """And once, whatever the grace is."""
    fresh = token(expires_at, None)
    assert (judge(fresh, grace, now) is Verdict.EXCHANGE) == (now < expires_at)
    assert fresh.is_live(now) == (now < expires_at)


@given(moments, moments, moments, graces)
def test_a_used_token_is_never_exchanged(
    expires_at: datetime, consumed_at: datetime, now: datetime, grace: timedelta
) -> None:
    """It gets a sibling within the grace and before its expiry; after the grace it is a reuse."""
    used = token(expires_at, consumed_at)
    verdict = judge(used, grace, now)
    is_late = not grace or now - consumed_at >= grace
    assert (verdict is Verdict.REUSED) == is_late
    assert (verdict is Verdict.SIBLING) == (not is_late and now < expires_at)
    assert not used.is_live(now)


@given(moments, st.none() | moments, moments, graces)
def test_nothing_follows_a_session_that_is_over(
    expires_at: datetime, consumed_at: datetime | None, now: datetime, grace: timedelta
) -> None:
    """There is nothing left to give, nor to revoke."""
    over = token(expires_at, consumed_at, session_is_over=True)
    assert judge(over, grace, now) is Verdict.REFUSE
    assert not over.is_live(now)


@given(began=moments, later=st.integers(0, 100))
def test_no_refresh_goes_beyond_the_cap(began: datetime, later: int) -> None:
    """A token lives for its lifetime, or as long as the session may."""
    rules = SessionRules(timedelta(days=14), timedelta(days=90), timedelta(0))
    now = began + timedelta(days=later)
    expiry = rules.expiry(now, rules.cap(began))
    assert expiry <= began + timedelta(days=90)
    assert expiry in {now + timedelta(days=14), began + timedelta(days=90)}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"AccessLifetimeInMinutes": 4.9}, "greater than or equal to 5"),
        ({"AccessLifetimeInMinutes": 61}, "less than or equal to 60"),
        ({"ReuseGraceInSeconds": 61}, "less than or equal to 60"),
        ({"ReuseGraceInSeconds": -1}, "greater than or equal to 0"),
        ({"LeewayInSeconds": 31}, "less than or equal to 30"),
        ({"RefreshLifetimeInDays": 0}, "greater than 0"),
        ({"RefreshLifetimeInDays": 0.001}, "not be less than AccessLifetimeInMinutes"),
        ({"SessionLifetimeInDays": 13}, "not be less than RefreshLifetimeInDays"),
        ({"ActivationDelayInSeconds": -1}, "greater than or equal to 0"),
        ({"Issuer": ""}, "at least 1 character"),
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object], rule: str) -> None:
    """Out of range, or against each other."""
    with pytest.raises(ValidationError, match=rule):
        LoginTokenOptions.model_validate(wrong)
