"""The keys of another service: fetched when needed, remembered, and never in a flood."""

import asyncio
import json

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loopjobs.testing import FakeClock
from servicekit.tokens import (
    JwkDocument,
    JwksDocument,
    KeysUnavailableError,
    RemoteKeys,
    VerificationKey,
)

DAY = 86_400


class KeyServer:
    """Publishes keys, counts who asks, and can be away or slow."""

    def __init__(self, *names: str) -> None:
        self.asked = 0
        self.is_away = False
        self.open = asyncio.Event()
        self.open.set()
        self.names = list(names)
        self._keys: dict[str, VerificationKey] = {}

    def key(self, name: str) -> VerificationKey:
        public = Ed25519PrivateKey.generate().public_key()
        return self._keys.setdefault(name, VerificationKey(name, public))

    async def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/.well-known/jwks.json"
        self.asked += 1
        await self.open.wait()
        if self.is_away:
            raise httpx.ConnectError("away")
        return httpx.Response(200, content=self.body())

    def body(self) -> str:
        return JwksDocument.of(self.key(name) for name in self.names).model_dump_json()


@pytest.fixture
def server() -> KeyServer:
    return KeyServer("a")


@pytest.fixture
def keys(server: KeyServer, clock: FakeClock) -> RemoteKeys:
    return keys_from(httpx.MockTransport(server.answer), clock)


def keys_from(transport: httpx.AsyncBaseTransport, clock: FakeClock) -> RemoteKeys:
    http = httpx.AsyncClient(transport=transport, base_url="http://login.test")
    return RemoteKeys(http, "/.well-known/jwks.json", clock)


async def test_keys_are_fetched_once(keys: RemoteKeys, server: KeyServer, clock: FakeClock) -> None:
    """A known key needs no request for five minutes; then the set is fetched again."""
    for _ in range(3):
        assert await keys.find("a") == server.key("a")
        await clock.advance(100)
    assert server.asked == 1
    await clock.advance(1)
    await keys.find("a")
    assert server.asked == 2


async def test_a_new_key_is_found_at_once(
    keys: RemoteKeys, server: KeyServer, clock: FakeClock
) -> None:
    """After a rotation a token of the new key is good without waiting."""
    await keys.find("a")
    server.names.append("b")
    await clock.advance(10)
    assert await keys.find("b") == server.key("b")
    assert server.asked == 2


async def test_unknown_names_are_no_flood(
    keys: RemoteKeys, server: KeyServer, clock: FakeClock
) -> None:
    """However many names are made up, a request goes out every ten seconds at the most."""
    for second in range(30):
        assert await keys.find(f"made up {second}") is None
        await clock.advance(1)
    assert server.asked == 3
    assert await keys.find("a") == server.key("a")


async def test_a_key_that_is_withdrawn_is_forgotten(
    keys: RemoteKeys, server: KeyServer, clock: FakeClock
) -> None:
    """What the source no longer publishes is no longer good."""
    await keys.find("a")
    server.names = ["b"]
    await clock.advance(301)
    assert await keys.find("a") is None


async def test_old_keys_serve_for_a_day(
    keys: RemoteKeys, server: KeyServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """While the source is away, known keys are good; after a day nothing can be judged."""
    await keys.find("a")
    server.is_away = True
    await clock.advance(DAY)
    assert await keys.find("a") == server.key("a")
    assert "could not be fetched" in caplog.text
    await clock.advance(1)
    with pytest.raises(KeysUnavailableError):
        await keys.find("a")
    server.is_away = False
    await clock.advance(10)
    assert await keys.find("a") == server.key("a")


async def test_a_source_that_never_answered_is_told(
    keys: RemoteKeys, server: KeyServer, clock: FakeClock
) -> None:
    """Nothing is known, so nothing is refused for good; and the source is left in peace."""
    server.is_away = True
    for _ in range(3):
        with pytest.raises(KeysUnavailableError):
            await keys.find("a")
        await clock.advance(4)
    assert server.asked == 1
    with pytest.raises(KeysUnavailableError):
        await keys.find("a")
    assert server.asked == 2


async def test_many_callers_wait_for_one_fetch(keys: RemoteKeys, server: KeyServer) -> None:
    """They come during the fetch, and none of them is told that the key is unknown."""
    server.open.clear()
    callers = [asyncio.create_task(keys.find("a")) for _ in range(20)]
    await asyncio.sleep(0)
    server.open.set()
    assert await asyncio.gather(*callers) == [server.key("a")] * 20
    assert server.asked == 1


async def test_a_known_key_does_not_wait_for_a_slow_source(
    keys: RemoteKeys, server: KeyServer, clock: FakeClock
) -> None:
    """One caller fetches the old set anew; the others go on with what is known."""
    await keys.find("a")
    await clock.advance(301)
    server.open.clear()
    slow = asyncio.create_task(keys.find("a"))
    await asyncio.sleep(0)
    assert await keys.find("a") == server.key("a")
    assert not slow.done()
    server.open.set()
    assert await slow == server.key("a")


async def test_a_caller_who_gives_up_does_not_stop_the_others(
    keys: RemoteKeys, server: KeyServer
) -> None:
    """The next one tries at once."""
    server.open.clear()
    impatient = asyncio.create_task(keys.find("a"))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    server.open.set()
    assert await keys.find("a") == server.key("a")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"location": "http://elsewhere.test/"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"keys": "a"}),
        httpx.Response(200, content=b"\xff"),
    ],
)
async def test_an_answer_that_is_none_changes_nothing(
    answer: httpx.Response, server: KeyServer, clock: FakeClock
) -> None:
    """Keys stay as they were when something else answers in the place of the source."""
    answers = [httpx.Response(200, content=server.body()), answer]
    keys = keys_from(httpx.MockTransport(lambda _: answers.pop(0)), clock)
    await keys.find("a")
    await clock.advance(301)
    assert await keys.find("a") == server.key("a")
    assert not answers


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "RSA"},
        {"crv": "X25519"},
        {"alg": "HS256"},
        {"use": "enc"},
        {"x": "AAAA"},
        {"x": "é"},
        {"x": ""},
    ],
)
def test_keys_of_other_kinds_are_left_out(change: dict[str, str], server: KeyServer) -> None:
    """What no token of ours is signed with does not come to be a key."""
    jwk = JwkDocument.of(server.key("a"))
    assert jwk.to_key() == server.key("a")
    assert jwk.model_copy(update=change).to_key() is None


def test_a_document_shows_public_keys_only(server: KeyServer) -> None:
    """RFC 8037: the field of the private key is not there."""
    document = json.loads(server.body())
    assert set(document["keys"][0]) == {"kty", "crv", "x", "kid", "use", "alg"}
