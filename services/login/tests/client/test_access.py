"""How a client gets its access token, and when it asks for another."""

import asyncio

import httpx
import pytest

from login.client import (
    AccessTokens,
    ClientCredentials,
    ClientRefusedError,
    LoginAwayError,
    LoginClientError,
)
from loopjobs.testing import FakeClock

from .fakes import CLIENT, FakeLogin


async def test_a_token_is_asked_for_once(login: FakeLogin, clock: FakeClock) -> None:
    """All who come while it is asked for wait for the same one."""
    async with login.client() as http:
        tokens = AccessTokens(http, CLIENT, clock)
        got = await asyncio.gather(*(tokens.get() for _ in range(50)))
    assert set(got) == {"token-1"}
    assert login.token_requests == [{"client_id": "labs", "client_secret": "s3cret-of-labs"}]


async def test_a_token_is_renewed_before_it_ends(login: FakeLogin, clock: FakeClock) -> None:
    """When nine tenths of its time are over, and not before."""
    async with login.client() as http:
        tokens = AccessTokens(http, CLIENT, clock)
        got = [await tokens.get()]
        for seconds in (539, 1, 539, 1):
            await clock.advance(seconds)
            got.append(await tokens.get())
    assert got == ["token-1", "token-1", "token-2", "token-2", "token-3"]


async def test_a_discarded_token_does_not_come_back(login: FakeLogin, clock: FakeClock) -> None:
    """Discarding one that has been replaced already costs nothing."""
    async with login.client() as http:
        tokens = AccessTokens(http, CLIENT, clock)
        first = await tokens.get()
        tokens.discard(first)
        second = await tokens.get()
        tokens.discard(first)
        assert (first, second, await tokens.get()) == ("token-1", "token-2", "token-2")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ConnectError("connection refused"), LoginAwayError),
        (httpx.Response(404), LoginAwayError),
        (httpx.Response(429, headers={"Retry-After": "7"}), LoginAwayError),
        (httpx.Response(503), LoginAwayError),
        (httpx.Response(200, text="<html>Welcome</html>"), LoginAwayError),
        (httpx.Response(200, json={"access_token": "t", "expires_in": 0}), LoginAwayError),
        (httpx.Response(200, json={"access_token": "", "expires_in": 60}), LoginAwayError),
        (httpx.Response(400), ClientRefusedError),
        (httpx.Response(401), ClientRefusedError),
        (httpx.Response(403), ClientRefusedError),
        (httpx.Response(422), ClientRefusedError),
    ],
)
async def test_each_answer_has_its_error(
    login: FakeLogin,
    clock: FakeClock,
    answer: httpx.Response | Exception,
    error: type[LoginClientError],
) -> None:
    """Nobody there is one thing, a no is another; the next try may go well again."""
    async with login.client() as http:
        tokens = AccessTokens(http, CLIENT, clock)
        login.token_responses = [answer]
        with pytest.raises(error):
            await tokens.get()
        assert await tokens.get() == "token-1"


def test_secrets_do_not_show_themselves() -> None:
    """Not in a traceback, not in a log line."""
    assert CLIENT.secret not in repr(ClientCredentials(CLIENT.client_id, CLIENT.secret))


async def test_an_answer_that_is_not_understood_does_not_show_itself(
    login: FakeLogin, clock: FakeClock
) -> None:
    """A token in a form that we do not know is a secret all the same."""
    async with login.client() as http:
        login.token_responses = [httpx.Response(200, json={"access_token": "hush-hush"})]
        with pytest.raises(LoginAwayError) as caught:
            await AccessTokens(http, CLIENT, clock).get()
    assert caught.value.__cause__ is None
    assert "hush" not in str(caught.value)
