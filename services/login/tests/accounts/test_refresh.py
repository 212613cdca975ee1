"""Going on with a refresh token: rotation, its grace, and what a stolen token comes to."""

import asyncio
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from login.domain.accounts.user_name import UserName
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database
from servicekit.tokens import TokenVerifier

from .people import People, refresh, refreshed, signed_in

DAY = timedelta(days=1)
SECONDS_OF_A_DAY = 86_400
NO_GRACE = {"Tokens": {"ReuseGraceInSeconds": 0}}


async def test_a_token_is_exchanged_for_its_successor(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """A new pair of tokens; the old one is used up, and the session moves on."""
    await people.add("ada", "pcs:read")
    first = await signed_in(client)
    await clock.advance(60)
    second = await refreshed(client, first["refresh_token"])
    assert second.keys() == first.keys()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    old, new = await people.tokens()
    assert (old.consumed_at, old.replaced_by) == (clock.now(), new.id)
    assert (new.consumed_at, new.replaced_by, new.session_id) == (None, None, old.session_id)
    (session,) = await people.sessions()
    assert session.last_used_at == new.issued_at == clock.now()
    assert session.expires_at == new.expires_at == clock.now() + 14 * DAY


@on_any_database
async def test_no_cache_keeps_an_exchange(client: httpx.AsyncClient, people: People) -> None:
    """Neither the tokens nor the refusal."""
    await people.add()
    good = await refresh(client, (await signed_in(client))["refresh_token"])
    bad = await refresh(client, "lrt_unknown")
    assert [each.headers["cache-control"] for each in (good, bad)] == ["no-store"] * 2


async def test_a_session_slides_up_to_its_cap(
    client: httpx.AsyncClient, people: People, clock: FakeClock, host: Host
) -> None:
    """Refreshed every ten days it ends after ninety, and no access token outlives it."""
    await people.add()
    began = clock.now()
    token = (await signed_in(client))["refresh_token"]
    for _ in range(8):
        await clock.advance(10 * SECONDS_OF_A_DAY)
        token = (await refreshed(client, token))["refresh_token"]
    (session,) = await people.sessions()
    assert session.expires_at == session.absolute_expires_at == began + 90 * DAY
    await clock.advance(10 * SECONDS_OF_A_DAY - 60)
    last = await refreshed(client, token)
    principal = await (await host.container.get(TokenVerifier)).verify(last["access_token"])
    assert principal.expires_at == began + 90 * DAY
    await clock.advance(60)
    assert (await refresh(client, last["refresh_token"])).status_code == 401


async def test_case_06_an_expired_token_is_refused_though_it_is_still_there(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """No job has to remove it first; a moment before it is good."""
    await people.add()
    early, late = [(await signed_in(client))["refresh_token"] for _ in range(2)]
    await clock.advance(14 * SECONDS_OF_A_DAY - 1)
    await refreshed(client, early)
    await clock.advance(1)
    refused = await refresh(client, late)
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:problem-type:login:invalid_grant"
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_grant"'
    assert len(await people.tokens()) == 3
    assert await people.audited() == [("user.added", "test:people")]


async def test_a_token_that_comes_again_at_once_gets_a_sibling(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Two tabs, or an answer that was lost: both go on, and nobody is signed out."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    successor = (await refreshed(client, token))["refresh_token"]
    await clock.advance(9.9)
    sibling = (await refreshed(client, token))["refresh_token"]
    first, second, third = await people.tokens()
    assert (first.replaced_by, first.session_id) == (second.id, third.session_id)
    await clock.advance(60)
    await refreshed(client, sibling)
    await refreshed(client, successor)


async def test_a_token_that_comes_again_later_ends_the_session(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Somebody else may have it: all tokens of the session end, and the audit tells once."""
    user = await people.add()
    await signed_in(client)
    token = (await signed_in(client))["refresh_token"]
    successor = (await refreshed(client, token))["refresh_token"]
    await clock.advance(10)
    for _ in range(3):
        assert (await refresh(client, token)).status_code == 401
    assert (await refresh(client, successor)).status_code == 401
    other, ended = await people.sessions()
    assert (ended.revoked_at, ended.revoke_reason) == (clock.now(), "reuse")
    assert other.revoked_at is None
    audited = [entry for entry in await people.audited() if entry[0] == "token.reuse_detected"]
    assert audited == [("token.reuse_detected", f"user:{user.id}")]


async def test_case_02_a_used_token_detects_reuse_beyond_its_own_expiry(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """The session lives on by its successors, so an old token still betrays a thief."""
    await people.add()
    token = stolen = (await signed_in(client))["refresh_token"]
    for _ in range(2):
        await clock.advance(10 * SECONDS_OF_A_DAY)
        token = (await refreshed(client, token))["refresh_token"]
    assert (await people.tokens())[0].expires_at < clock.now()
    assert (await refresh(client, stolen)).status_code == 401
    assert (await refresh(client, token)).status_code == 401
    assert (await people.sessions())[0].revoke_reason == "reuse"


@on_any_database
async def test_scopes_are_those_of_the_moment(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """What was taken from a user is gone with the next access token; unknown ones never count."""
    await people.add("ada", "pcs:read", "pcs:write")
    token = (await signed_in(client))["refresh_token"]
    name = UserName.parse("ada")
    await people.store.set_scopes(name, frozenset({"pcs:read"}), clock.now(), "test")
    answer = await refreshed(client, token)
    assert answer["scope"] == "pcs:read"
    await people.change(scopes="pcs:read once:known")
    assert (await refreshed(client, answer["refresh_token"]))["scope"] == "pcs:read"


@pytest.mark.parametrize("enabled_again", [False, True])
async def test_a_disabled_user_cannot_go_on(
    enabled_again: bool,  # noqa: FBT001 - a parameter of the test
    client: httpx.AsyncClient,
    people: People,
    clock: FakeClock,
) -> None:
    """All sessions have ended, and stay so when the account is enabled again."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    await people.store.disable(UserName.parse("ada"), clock.now(), "test")
    if enabled_again:
        await people.store.enable(UserName.parse("ada"), clock.now(), "test")
    assert (await refresh(client, token)).status_code == 401
    assert (await people.sessions())[0].revoke_reason == "user_disabled"


@on_any_database
async def test_an_account_that_only_the_row_calls_disabled_cannot_go_on(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Every read looks for itself."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    await people.change(disabled_at=clock.now())
    assert (await refresh(client, token)).status_code == 401


@in_turn("token", ["lrt_unknown", "x", "lrt_" + "\u00e9" * 40, "lpr_AAAA", "a.b.c", "' OR 1=1 --"])
@on_any_database
async def test_an_unknown_token_is_refused(token: str, client: httpx.AsyncClient) -> None:
    """In the same way as every other, and without an echo."""
    refused = await refresh(client, token)
    assert refused.status_code == 401
    assert token not in refused.text


@on_any_database
@in_turn("body", [{}, {"refresh_token": 7}, {"refresh_token": ""}, {"refresh_token": "x" * 4_097}])
async def test_what_is_no_token_is_refused(
    body: dict[str, object], client: httpx.AsyncClient
) -> None:
    """422 for another type, nothing, or too much."""
    assert (await client.post("/v1/token/refresh", json=body)).status_code == 422


async def test_case_09_of_many_at_once_one_exchanges_and_the_others_get_siblings(
    client: httpx.AsyncClient, people: People
) -> None:
    """Within the grace twenty callers get twenty different tokens, of which one succeeds."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    answers = await asyncio.gather(*(refresh(client, token) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {200: 20}
    issued = {answer.json()["refresh_token"] for answer in answers}
    assert len(issued) == 20
    first, *others = await people.tokens()
    assert len(others) == 20
    assert first.replaced_by in {other.id for other in others}
    assert {other.consumed_at for other in others} == {None}
    assert (await people.sessions())[0].revoked_at is None


@pytest.mark.parametrize("more_settings", [NO_GRACE])
async def test_case_09_without_grace_the_first_of_many_is_the_only_one(
    client: httpx.AsyncClient, people: People
) -> None:
    """Nineteen are refused, the session has ended, and the audit tells it once."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    answers = await asyncio.gather(*(refresh(client, token) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 19}
    (winner,) = [answer for answer in answers if answer.status_code == 200]
    assert len(await people.tokens()) == 2
    assert (await people.sessions())[0].revoke_reason == "reuse"
    audited = [action for action, _ in await people.audited()]
    assert audited.count("token.reuse_detected") == 1
    assert (await refresh(client, winner.json()["refresh_token"])).status_code == 401


async def test_a_session_that_ends_meanwhile_gives_no_token(
    client: httpx.AsyncClient, people: People
) -> None:
    """Twenty exchanges and a revocation at once: afterwards nothing of the session is good."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    revocation = client.post("/v1/token/revoke", json={"token": token})
    calls = [refresh(client, token) for _ in range(10)]
    answers = await asyncio.gather(*calls, revocation, *(refresh(client, token) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {200, 401}
    issued = [body["refresh_token"] for body in map(_json, answers) if "refresh_token" in body]
    for each in [token, *issued]:
        assert (await refresh(client, each)).status_code == 401
    assert (await people.sessions())[0].revoke_reason == "client"


def _json(answer: httpx.Response) -> dict[str, str]:
    body: dict[str, str] = answer.json() if answer.content else {}
    return body


@pytest.mark.parametrize("more_settings", [{"RateLimits": {"TokenRequestsPerMinuteAndAddress": 2}}])
@on_any_database
async def test_an_address_asks_only_so_often(client: httpx.AsyncClient, clock: FakeClock) -> None:
    """All endpoints of tokens count together."""
    await refresh(client, "lrt_a")
    await client.post("/v1/token/revoke", json={"token": "lrt_a"})
    refused = await refresh(client, "lrt_a")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    await clock.advance(30)
    assert (await refresh(client, "lrt_a")).status_code == 401
