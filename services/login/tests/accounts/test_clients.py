"""Services that identify themselves."""

from datetime import timedelta

import httpx

from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database
from servicekit.tokens import TokenVerifier

from .people import CLIENT_ID, CLIENT_SECRET, PREVIOUS_SECRET

pytestmark = on_any_database  # Clients stand in the settings; no database is asked.


async def ask(client: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await client.post("/v1/token", json=body)


@in_turn("secret", [CLIENT_SECRET, PREVIOUS_SECRET])
async def test_a_service_gets_an_access_token(
    secret: str, client: httpx.AsyncClient, host: Host, clock: FakeClock
) -> None:
    """With its secret, or the one before it; there is no refresh token."""
    answer = await ask(client, client_id=CLIENT_ID, client_secret=secret)
    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    principal = await (await host.container.get(TokenVerifier)).verify(body["access_token"])
    assert (principal.subject, principal.session_id) == (f"client:{CLIENT_ID}", None)
    assert principal.scopes == {"pcs:write", "tokens:introspect"}
    assert principal.expires_at == clock.now() + timedelta(minutes=10)


async def test_the_grant_may_be_named(client: httpx.AsyncClient) -> None:
    """As OAuth clients do; there is one only."""
    known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert (await ask(client, **known, grant_type="client_credentials")).status_code == 200
    assert (await ask(client, **known, grant_type="password")).status_code == 422


@in_turn(
    ("client_id", "secret"),
    [
        (CLIENT_ID, CLIENT_SECRET[:-1]),
        (CLIENT_ID, CLIENT_SECRET + "x"),
        (CLIENT_ID, CLIENT_SECRET.upper()),
        (CLIENT_ID.upper(), CLIENT_SECRET),
        ("unknown", CLIENT_SECRET),
        ("unknown", "\u00e9"),
    ],
)
async def test_who_is_not_known_is_refused(
    client_id: str, secret: str, client: httpx.AsyncClient
) -> None:
    """401 with a challenge, the same for all, and without an echo."""
    refused = await ask(client, client_id=client_id, client_secret=secret)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_client"'
    assert refused.headers["cache-control"] == "no-store"
    assert refused.json()["type"] == "urn:problem-type:login:invalid_client"
    assert secret not in refused.text
    assert client_id not in refused.text.replace("client id", "")


@in_turn(
    "change", [{"client_id": 7}, {"client_secret": ["x"]}, {"client_secret": "x" * 1_025}, {"x": 1}]
)
async def test_what_is_no_credential_is_refused(
    change: dict[str, object], client: httpx.AsyncClient
) -> None:
    """422 without an echo."""
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **change}
    refused = await ask(client, **body)
    assert refused.status_code == 422
    assert CLIENT_SECRET not in refused.text
