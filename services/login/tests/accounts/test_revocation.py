"""Ending sessions, and asking whether a token is good."""

from collections.abc import Mapping

import httpx

from login.domain.accounts.user_name import UserName
from loopjobs.testing import FakeClock
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database

from .people import People, bearer, client_token, refresh, refreshed, signed_in

Json = Mapping[str, object]


async def introspect(client: httpx.AsyncClient, token: str) -> Json:
    headers = bearer(await client_token(client))
    answer = await client.post("/v1/token/introspect", json={"token": token}, headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    body: Json = answer.json()
    return body


async def test_signing_out_ends_the_session(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Of this sign-in and no other; again is harmless."""
    await people.add()
    stays, goes = await signed_in(client), await signed_in(client)
    for _ in range(2):
        answer = await client.post("/v1/logout", headers=bearer(goes["access_token"]))
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["cache-control"] == "no-store"
    assert (await refresh(client, goes["refresh_token"])).status_code == 401
    await refreshed(client, stays["refresh_token"])
    kept, ended = await people.sessions()
    assert (kept.revoked_at, ended.revoked_at) == (None, clock.now())
    assert ended.revoke_reason == "logout"


@on_any_database
async def test_who_has_no_session_cannot_sign_out(client: httpx.AsyncClient) -> None:
    """Without a token 401; a service has nothing to end."""
    assert (await client.post("/v1/logout")).status_code == 401
    headers = bearer(await client_token(client))
    assert (await client.post("/v1/logout", headers=headers)).status_code == 403


async def test_who_holds_a_refresh_token_gives_it_back(
    client: httpx.AsyncClient, people: People
) -> None:
    """RFC 7009: its session ends, also by a token that was exchanged before."""
    await people.add()
    for give_back_old in (False, True):
        old = (await signed_in(client))["refresh_token"]
        new = (await refreshed(client, old))["refresh_token"]
        body = {"token": old if give_back_old else new, "token_type_hint": "refresh_token"}
        answer = await client.post("/v1/token/revoke", json=body)
        assert (answer.status_code, answer.content) == (200, b"")
        assert (await refresh(client, new)).status_code == 401
    assert {row.revoke_reason for row in await people.sessions()} == {"client"}


@on_any_database
async def test_what_is_unknown_is_given_back_as_well(
    client: httpx.AsyncClient, people: People
) -> None:
    """The answer tells nothing, and nothing ends by it."""
    await people.add()
    body = await signed_in(client)
    for token in ("lrt_unknown", "x", body["access_token"]):
        answer = await client.post("/v1/token/revoke", json={"token": token})
        assert answer.status_code == 200
    assert (await client.post("/v1/token/revoke", json={"token": 7})).status_code == 422
    await refreshed(client, body["refresh_token"])


@on_any_database
async def test_good_tokens_are_told_with_what_they_stand_for(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """RFC 7662, for access tokens and refresh tokens."""
    user = await people.add("ada", "pcs:read")
    body = await signed_in(client)
    now = int(clock.now().timestamp())
    access = dict(await introspect(client, body["access_token"]))
    assert access.pop("jti")
    known = {"active": True, "sub": f"user:{user.id}", "scope": "pcs:read", "sid": 1, "iat": now}
    assert access == {**known, "token_type": "Bearer", "exp": now + 600}
    found = await introspect(client, body["refresh_token"])
    assert found == {**known, "token_type": "refresh_token", "exp": now + 14 * 86_400}


async def test_what_is_no_longer_good_is_inactive(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """A used refresh token, an expired access token, and nothing else about them."""
    await people.add()
    body = await signed_in(client)
    await refreshed(client, body["refresh_token"])
    assert await introspect(client, body["refresh_token"]) == {"active": False}
    assert (await introspect(client, body["access_token"]))["active"] is True
    await clock.advance(610)
    assert await introspect(client, body["access_token"]) == {"active": False}


@in_turn("token", ["lrt_unknown", "lpr_x", "x", "a.b.c", "\u00e9" * 100])
@on_any_database
async def test_what_is_unknown_is_inactive(token: str, client: httpx.AsyncClient) -> None:
    """Whatever it is."""
    assert await introspect(client, token) == {"active": False}


async def test_tokens_of_an_ended_session_are_inactive(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Also the access token, whose signature is still good."""
    await people.add("ada")
    await people.add("bob")
    signed_out, disabled = await signed_in(client), await signed_in(client, name="bob")
    await client.post("/v1/logout", headers=bearer(signed_out["access_token"]))
    await people.store.disable(UserName.parse("bob"), clock.now(), "test")
    for body in (signed_out, disabled):
        assert await introspect(client, body["access_token"]) == {"active": False}
        assert await introspect(client, body["refresh_token"]) == {"active": False}


@on_any_database
async def test_only_services_with_the_right_may_ask(
    client: httpx.AsyncClient, people: People
) -> None:
    """Without a token 401, without the scope 403."""
    await people.add("ada", "pcs:read")
    token = (await signed_in(client))["access_token"]
    asked = {"token": token}
    assert (await client.post("/v1/token/introspect", json=asked)).status_code == 401
    refused = await client.post("/v1/token/introspect", json=asked, headers=bearer(token))
    assert refused.status_code == 403
    assert "tokens:introspect" in refused.headers["www-authenticate"]
