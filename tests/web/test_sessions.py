"""Sessions: how long they last, and what keeps them."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs.testing import FakeClock
from loopjobs.web import Visitor
from loopjobs.web._rates import RateLimit
from loopjobs.web._sessions import IDLE_SECONDS, LONGEST_SECONDS, MOST_SESSIONS, Sessions

from .visitors import sign_in

OLGA = Visitor("olga", may_operate=True)
MINUTE = 60.0


async def test_a_session_that_nobody_uses_ends() -> None:
    """After half an hour; a look keeps it, a peek does not."""
    clock = FakeClock()
    sessions = Sessions(clock)
    used, peeked = sessions.begin(OLGA), sessions.begin(OLGA)
    await clock.advance(20 * MINUTE)
    assert (sessions.use(used), sessions.peek(peeked)) == (OLGA, OLGA)
    await clock.advance(20 * MINUTE)
    assert (sessions.use(used), sessions.peek(peeked)) == (OLGA, None)
    await clock.advance(IDLE_SECONDS)
    assert sessions.use(used) is None


async def test_a_session_that_is_used_ends_all_the_same() -> None:
    """After eight hours."""
    clock = FakeClock()
    sessions = Sessions(clock)
    session = sessions.begin(OLGA)
    lasted = 0.0
    while sessions.use(session):
        await clock.advance(10 * MINUTE)
        lasted += 10 * MINUTE
    assert lasted == LONGEST_SECONDS


async def test_a_step_of_the_wall_clock_changes_nothing() -> None:
    """Neither lengthens a session nor ends it."""
    clock = FakeClock()
    sessions = Sessions(clock)
    session = sessions.begin(OLGA)
    clock.step_wall_clock(10 * LONGEST_SECONDS)
    assert sessions.use(session) is OLGA


def test_there_are_only_so_many() -> None:
    """The one not used for longest ends."""
    sessions = Sessions(FakeClock())
    first, second, *_ = [sessions.begin(OLGA) for _ in range(MOST_SESSIONS)]
    sessions.use(first)
    sessions.begin(OLGA)
    assert (sessions.peek(first), sessions.peek(second)) == (OLGA, None)


def test_no_id_is_kept() -> None:
    """Only what cannot be turned back into one."""
    sessions = Sessions(FakeClock())
    session = sessions.begin(OLGA)
    assert session not in repr(vars(sessions))
    assert sessions.peek(session[:-1]) is None


async def test_a_page_that_refreshes_itself_keeps_no_session(
    stranger: httpx.AsyncClient, clock: FakeClock
) -> None:
    """A person does; otherwise a screen that was left on would stay signed in."""
    await sign_in(stranger)
    by_itself = {"Sec-Fetch-Dest": "empty"}
    await clock.advance(20 * MINUTE)
    assert (await stranger.get("/", headers=by_itself)).status_code == 200
    await clock.advance(9 * MINUTE)
    assert (await stranger.get("/")).status_code == 200
    await clock.advance(20 * MINUTE)
    assert (await stranger.get("/", headers=by_itself)).status_code == 200
    await clock.advance(10 * MINUTE)
    assert (await stranger.get("/", headers=by_itself)).status_code == 303


@given(st.lists(st.floats(0, 10), max_size=40))
async def test_no_key_gets_more_than_its_rate(pauses: list[float]) -> None:
    """However requests are spread: in no minute more than the burst and what has come back."""
    clock = FakeClock()
    limit = RateLimit(5, 60.0, clock)
    admitted: list[float] = []
    for pause in pauses:
        await clock.advance(pause)
        if not limit.wait("olga"):
            admitted.append(clock.monotonic())
    for begin, first in enumerate(admitted):
        for end, last in enumerate(admitted[begin:], 1):
            assert end <= 5 + (last - first) / 12 + 1e-3


async def test_who_waits_as_long_as_told_is_admitted() -> None:
    """And insisting does not make it longer."""
    clock = FakeClock()
    limit = RateLimit(2, 60.0, clock)
    assert [limit.wait("olga") for _ in range(4)] == [0, 0, 30, 30]
    assert limit.wait("victor") == 0
    await clock.advance(30)
    assert limit.wait("olga") == 0


@pytest.mark.parametrize("requests", [1, 3])
async def test_keys_are_forgotten_at_last(requests: int) -> None:
    """Memory is bounded: the one not seen for longest goes first."""
    limit = RateLimit(requests, 60.0, FakeClock())
    for _ in range(requests):
        limit.wait("first")
    assert limit.wait("first")
    for number in range(10_000):
        limit.wait(str(number))
    assert not limit.wait("first")
