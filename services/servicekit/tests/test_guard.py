"""Who gets through to an endpoint."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from dishka import Provider, Scope, make_async_container
from dishka.integrations.fastapi import setup_dishka
from fastapi import Depends

from loopjobs.testing import FakeClock
from servicekit.problems import ProblemApi
from servicekit.testing import TokenMint
from servicekit.tokens import (
    KeysUnavailableError,
    Principal,
    TokenOptions,
    TokenVerifier,
    VerificationKey,
    requires,
)


class Keys:
    """The keys of a mint, unless they are away."""

    def __init__(self, mint: TokenMint) -> None:
        self._mint = mint
        self.are_away = False

    async def find(self, key_id: str) -> VerificationKey | None:
        if self.are_away:
            raise KeysUnavailableError("the keys are away")
        return await self._mint.find(key_id)


@pytest.fixture
def keys(mint: TokenMint) -> Keys:
    return Keys(mint)


@pytest.fixture
async def client(keys: Keys, clock: FakeClock) -> AsyncIterator[httpx.AsyncClient]:
    app = ProblemApi("Guarded", "1")

    @app.get("/scoped")
    async def scoped(who: Annotated[Principal, Depends(requires("a", "b"))]) -> str:
        return who.subject

    @app.get("/any")
    async def anybody(who: Annotated[Principal, Depends(requires())]) -> str:
        return who.subject

    provider = Provider(scope=Scope.APP)
    verifier = TokenVerifier(keys, TokenOptions(), clock)
    provider.provide(lambda: verifier, provides=TokenVerifier)
    setup_dishka(make_async_container(provider), app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kit.test") as client:
        yield client


@pytest.mark.parametrize("scopes", [["a"], ["b"], ["a", "b", "c"]])
async def test_one_of_the_scopes_is_enough(
    scopes: list[str], client: httpx.AsyncClient, mint: TokenMint
) -> None:
    """The endpoint learns who it is."""
    answer = await client.get("/scoped", headers=mint.headers("user:7", *scopes))
    assert (answer.status_code, answer.json()) == (200, "user:7")


@pytest.mark.parametrize("scopes", [[], ["c"], ["ab"], ["A"]])
async def test_without_the_scope_it_is_forbidden(
    scopes: list[str], client: httpx.AsyncClient, mint: TokenMint
) -> None:
    """403 names the scopes that would do."""
    answer = await client.get("/scoped", headers=mint.headers("user:7", *scopes))
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="a b"'
    assert "a or b" in answer.json()["detail"]


async def test_where_no_scope_is_asked_for_every_token_will_do(
    client: httpx.AsyncClient, mint: TokenMint
) -> None:
    """But a token it must be."""
    assert (await client.get("/any", headers=mint.headers("client:x"))).json() == "client:x"
    assert (await client.get("/any")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Basic dTpw")],
        [("Authorization", "Bearer a"), ("Authorization", "Bearer b")],
    ],
)
async def test_without_a_token_one_is_asked_for(
    headers: list[tuple[str, str]], client: httpx.AsyncClient
) -> None:
    """401 with a challenge that blames nothing."""
    answer = await client.get("/scoped", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_bad_token_is_told_from_none(client: httpx.AsyncClient) -> None:
    """The challenge says that the token is invalid; nothing repeats it."""
    answer = await client.get("/scoped", headers={"Authorization": "Bearer sesame"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "sesame" not in answer.text


async def test_without_keys_nobody_is_judged(
    client: httpx.AsyncClient, mint: TokenMint, keys: Keys
) -> None:
    """503 to come back later: the token may be good."""
    keys.are_away = True
    answer = await client.get("/scoped", headers=mint.headers("user:7", "a"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
