"""The people of the demonstration."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from loopjobs.testing import FakeClock
from loopjobs_demo.office import Office, OfficeTally, Person, sign_in

ADA = Person("ada", "secret")
A_SESSION = 9.0
"""Seconds that the longest session takes."""


class FakeLogin:
    """Knows one person; each refresh token is good once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sessions_ended = 0
        self.is_away = False
        self._issued = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            raise httpx.ConnectError("away", request=request)
        self.asked.append(request.url.path)
        body = json.loads(request.content or b"{}")
        match request.url.path:
            case "/v1/login" if body == {"username": "ada", "password": "secret"}:
                return self._tokens()
            case "/v1/token/refresh" if body == {"refresh_token": f"refresh-{self._issued}"}:
                return self._tokens()
            case "/v1/logout" if (
                request.headers["authorization"] == f"Bearer access-{self._issued}"
            ):
                self.sessions_ended += 1
                return httpx.Response(204)
        return httpx.Response(401)

    def _tokens(self) -> httpx.Response:
        self._issued += 1
        tokens = {"access_token": f"access-{self._issued}"}
        return httpx.Response(200, json={**tokens, "refresh_token": f"refresh-{self._issued}"})


class Floor:
    """An office with all that it needs."""

    def __init__(self, person: Person = ADA) -> None:
        self.login = FakeLogin()
        self.tally = OfficeTally()
        self.clock = FakeClock()
        self.http = httpx.AsyncClient(
            transport=httpx.MockTransport(self.login), base_url="http://login"
        )
        chance = random.Random(1)  # noqa: S311 - a story, no secret
        self._office = Office(self.http, [person], self.tally, self.clock, chance)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        working = asyncio.create_task(self._office.run())
        yield
        assert not working.done()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working


async def test_a_session_is_refreshed_three_times() -> None:
    """People sign in, refresh with the newest token, and sign out of the session they are in."""
    floor = Floor()
    async with floor.at_work():
        await floor.clock.advance(A_SESSION)
    asked = ["/v1/login", *["/v1/token/refresh"] * 3, "/v1/logout"]
    assert floor.login.asked[:5] == asked
    assert floor.login.sessions_ended == floor.tally.sign_outs == 1
    assert floor.tally.refreshes == 3
    assert not floor.tally.errors


async def test_people_come_again_after_a_break() -> None:
    """One session follows another, and the tally counts what the service has seen."""
    floor = Floor()
    async with floor.at_work():
        await floor.clock.advance(5 * A_SESSION)
    seen = Counter(floor.login.asked)
    assert seen["/v1/login"] == floor.tally.sign_ins >= 3
    assert seen["/v1/token/refresh"] == floor.tally.refreshes
    assert seen["/v1/logout"] == floor.tally.sign_outs


async def test_an_error_ends_a_session_and_not_the_office() -> None:
    """While the service is away errors are counted; later, people sign in anew."""
    floor = Floor()
    async with floor.at_work():
        await floor.clock.advance(1)
        floor.login.is_away = True
        await floor.clock.advance(2 * A_SESSION)
        errors = floor.tally.errors
        floor.login.is_away = False
        await floor.clock.advance(2 * A_SESSION)
    assert errors >= 2
    assert floor.tally.errors == errors
    assert floor.tally.sign_ins >= 2
    assert floor.tally.sign_outs >= 1


async def test_a_refusal_is_an_error_too() -> None:
    """Somebody with the wrong password tries again after a break, and is counted each time."""
    floor = Floor(Person("ada", "wrong"))
    async with floor.at_work():
        await floor.clock.advance(A_SESSION)
    assert floor.tally.errors >= 2
    assert not floor.tally.sign_ins


async def test_secrets_stay_out_of_sight() -> None:
    """Neither passwords nor tokens show when a person or a session is printed."""
    tokens = await sign_in(Floor().http, ADA)
    assert "secret" not in repr(ADA)
    assert "access-1" not in repr(tokens)
    assert "refresh-1" not in repr(tokens)
