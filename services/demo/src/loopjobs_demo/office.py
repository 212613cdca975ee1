"""People who sign in at the Login service, work for a while, and go."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

from loopjobs import Clock

_REFRESHES: Final = 3
_BETWEEN_REFRESHES: Final = (1.5, 3.0)
_BREAK: Final = (3.0, 6.0)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    name: str
    password: str = field(repr=False)


@dataclass(slots=True)
class OfficeTally:
    """What the people have done."""

    sign_ins: int = 0
    refreshes: int = 0
    sign_outs: int = 0
    errors: int = 0


class Office:
    """Keeps people busy: sign in, refresh a few times, sign out, take a break, again.

    Each refresh consumes a token, each sign-out revokes a session: work for TokenCleanupJob.

    Args:
        http: speaks to the Login service.
        people: who works there.
        tally: counts what they do.
        clock: paces them.
        chance: makes them differ.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        people: Sequence[Person],
        tally: OfficeTally,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._http = http
        self._people = people
        self._tally = tally
        self._clock = clock
        self._chance = chance

    async def run(self) -> None:
        """Let them work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for person in self._people:
                group.create_task(self._work(person))

    async def _work(self, person: Person) -> None:
        while True:
            try:
                await self._session(person)
            except httpx.HTTPError:
                self._tally.errors += 1
            await self._wait(_BREAK)

    async def _session(self, person: Person) -> None:
        tokens = await sign_in(self._http, person)
        self._tally.sign_ins += 1
        for _ in range(_REFRESHES):
            await self._wait(_BETWEEN_REFRESHES)
            tokens = await _refresh(self._http, tokens)
            self._tally.refreshes += 1
        await _sign_out(self._http, tokens)
        self._tally.sign_outs += 1

    async def _wait(self, seconds: tuple[float, float]) -> None:
        await self._clock.sleep(self._chance.uniform(*seconds))


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request by that person."""
        return {"Authorization": f"Bearer {self.access}"}


async def sign_in(http: httpx.AsyncClient, person: Person) -> Tokens:
    """Sign somebody in.

    Raises:
        httpx.HTTPError: The service is away, or refuses.
    """
    body = {"username": person.name, "password": person.password}
    return _tokens(await http.post("/v1/login", json=body))


async def _refresh(http: httpx.AsyncClient, tokens: Tokens) -> Tokens:
    return _tokens(await http.post("/v1/token/refresh", json={"refresh_token": tokens.refresh}))


async def _sign_out(http: httpx.AsyncClient, tokens: Tokens) -> None:
    response = await http.post("/v1/logout", headers=tokens.headers)
    if response.status_code != HTTPStatus.NO_CONTENT:
        response.raise_for_status()


def _tokens(response: httpx.Response) -> Tokens:
    response.raise_for_status()
    answer = response.json()
    return Tokens(access=answer["access_token"], refresh=answer["refresh_token"])
