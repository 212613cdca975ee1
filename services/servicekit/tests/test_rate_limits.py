"""How often somebody may ask."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs.testing import FakeClock
from servicekit.problems import ProblemError
from servicekit.rate_limits import Rate, RateLimiter

ROUNDING = 1e-4
"""Seconds: as much too early may a request come."""


def refusal(limiter: RateLimiter, key: str) -> int | None:
    """Return the seconds to wait, or `None` if the request passes."""
    try:
        limiter.admit(key)
    except ProblemError as error:
        return int((error.headers or {})["Retry-After"])
    return None


def test_a_refusal_says_that_it_was_too_much() -> None:
    """429, and nothing about the key."""
    limiter = RateLimiter(Rate(1, 60), FakeClock())
    limiter.admit("somebody")
    with pytest.raises(ProblemError) as refused:
        limiter.admit("somebody")
    assert refused.value.problem.status == HTTPStatus.TOO_MANY_REQUESTS
    assert "somebody" not in refused.value.problem.model_dump_json()


def test_a_burst_passes_and_then_a_steady_rate() -> None:
    """Of ten a minute, ten come at once and the eleventh waits for six seconds."""
    limiter = RateLimiter(Rate(10, 60), FakeClock())
    assert [refusal(limiter, "a") for _ in range(10)] == [None] * 10
    assert refusal(limiter, "a") == 6


def test_keys_do_not_know_each_other() -> None:
    """Who asks too often slows down nobody else."""
    limiter = RateLimiter(Rate(1, 60), FakeClock())
    assert [refusal(limiter, key) for key in "aba"] == [None, None, 60]


def test_insisting_is_no_way_to_be_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are too many keys, those go that were not seen for longest."""
    monkeypatch.setattr("servicekit.rate_limits._MOST_KEYS", 2)
    limiter = RateLimiter(Rate(1, 60), FakeClock())
    assert [refusal(limiter, key) for key in "abaca"] == [None, None, 60, None, 60]


@given(
    requests=st.integers(1, 1_000),
    seconds=st.floats(1, 86_400),
    pauses=st.lists(st.floats(0, 200), min_size=1, max_size=60),
)
async def test_nobody_gets_more_than_the_rate_and_waiting_helps(
    requests: int, seconds: float, pauses: list[float]
) -> None:
    """In any time t at most requests + t / step pass, and after Retry-After one passes."""
    clock = FakeClock()
    limiter = RateLimiter(Rate(requests, seconds), clock)
    for passed, pause in enumerate(pauses, start=1):
        await clock.advance(pause)
        wait = refusal(limiter, "a")
        if wait is not None:
            assert wait >= 1
            await clock.advance(wait)
            assert refusal(limiter, "a") is None
        step = seconds / requests
        assert passed <= requests + (clock.monotonic() + ROUNDING) / step + 1e-6


@given(requests=st.integers(1, 1_000), seconds=st.floats(1, 86_400), began=st.floats(0, 1e8))
async def test_a_whole_burst_passes(requests: int, seconds: float, began: float) -> None:
    """All requests of the rate at once, whatever the sum of the steps is rounded to."""
    clock = FakeClock()
    await clock.advance(began)
    limiter = RateLimiter(Rate(requests, seconds), clock)
    assert [refusal(limiter, "a") for _ in range(requests)] == [None] * requests
