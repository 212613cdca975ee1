"""Publishing the keys, and another service that verifies with them."""

import httpx

from login.credentials.key_rotation import KeyRotation
from login.http.accounts.keys import PATH
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.testing.fixtures import on_any_database
from servicekit.tokens import RemoteKeys, TokenOptions, TokenVerifier

from .people import client_token

pytestmark = on_any_database  # Keys are files; no database is asked.


async def test_keys_are_published_and_cached(client: httpx.AsyncClient) -> None:
    """RFC 8037 keys without their private half, for five minutes."""
    answer = await client.get(PATH)
    (key,) = answer.json()["keys"]
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")


async def test_another_service_accepts_tokens_through_a_rotation(
    client: httpx.AsyncClient, host: Host, clock: FakeClock
) -> None:
    """With the defaults of both, at no moment is a good token refused."""
    rotation = await host.container.get(KeyRotation)
    remote = TokenVerifier(RemoteKeys(client, PATH, clock), TokenOptions(), clock)
    issuers = set()
    for step in range(40):
        token = await client_token(client)
        await clock.advance(60)
        assert (await remote.verify(token)).subject == "client:provisioning"
        issuers.add(token.split(".")[0])
        if step % 15 == 0:
            rotation.rotate()
    assert len(issuers) == 3
