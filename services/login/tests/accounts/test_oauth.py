"""Services that know OAuth 2 and nothing of us."""

import base64
from urllib.parse import quote_plus

import httpx

from loopjobs import Host
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database
from servicekit.tokens import TokenVerifier

from .people import CLIENT_ID, CLIENT_SECRET

pytestmark = on_any_database  # Clients stand in the settings; no database is asked.

PATH = "/v1/oauth/token"
GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    plain = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": raw(plain.encode())}


def raw(plain: bytes) -> str:
    return f"Basic {base64.b64encode(plain).decode()}"


async def test_a_service_identifies_itself_as_oauth_has_it(
    client: httpx.AsyncClient, host: Host
) -> None:
    """By HTTP Basic, as Prometheus does first, or in the form."""
    known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answers = [
        await client.post(PATH, data=GRANT, headers=basic(CLIENT_ID, CLIENT_SECRET)),
        await client.post(PATH, data={**GRANT, **known, "scope": "pcs:write"}),
    ]
    verifier = await host.container.get(TokenVerifier)
    for answer in answers:
        body = answer.json()
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
        principal = await verifier.verify(body["access_token"])
        assert principal.subject == f"client:{CLIENT_ID}"


@in_turn(
    "authorization",
    [
        basic(CLIENT_ID, CLIENT_SECRET[:-1])["Authorization"],
        basic("unknown", CLIENT_SECRET)["Authorization"],
        "Basic",
        "Basic ***",
        raw(b"no colon"),
        raw(b"\xff:\xff"),
        raw(b"a:%ff"),
        "Bearer x",
    ],
)
async def test_who_is_not_known_is_refused(client: httpx.AsyncClient, authorization: str) -> None:
    """401, the same for all, whatever stands in the form beside it."""
    known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    headers = {"Authorization": authorization}
    refused = await client.post(PATH, data=GRANT | known, headers=headers)
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:problem-type:login:invalid_client"
    assert CLIENT_SECRET not in refused.text


async def test_nobody_is_nobody(client: httpx.AsyncClient) -> None:
    """A form without credentials is not from a service without a secret."""
    assert (await client.post(PATH, data=GRANT)).status_code == 401


@in_turn(
    "form",
    [
        b"grant_type=password",
        b"client_id=x",
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"grant_type=%ff",
        b"grant_type=\xff",
        b"&".join(b"f%d=1" % number for number in range(30)),
    ],
)
async def test_what_is_no_such_form_is_refused(client: httpx.AsyncClient, form: bytes) -> None:
    """400: another grant, a field twice, no text, too many fields."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post(PATH, content=form, headers=headers)).status_code == 400


async def test_a_form_has_a_size_and_a_kind(client: httpx.AsyncClient) -> None:
    """413 and 415, before anything is read of it."""
    large = await client.post(PATH, data={**GRANT, "scope": "x" * 9_000})
    other = await client.post(PATH, json=GRANT)
    assert (large.status_code, other.status_code) == (413, 415)
