"""Signing in with a password."""

from datetime import timedelta

import httpx
import pytest

from login.domain.accounts.errors import SignInRefusedError
from login.domain.accounts.ports import NewSession, SessionStore
from login.domain.accounts.user_name import UserName
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database
from servicekit.tokens import TokenVerifier

from ..fleet import Fleet  # noqa: TID252 - tests are not a package that has a name
from .people import NEW_PASSWORD, PASSWORD, People, sign_in, signed_in

DAY = timedelta(days=1)
WRONG = "not the password"
CLOSED = {"Passwords": {"FailuresBeforeLock": 3, "LockInMinutes": 5}}


@on_any_database
async def test_who_knows_the_password_gets_both_tokens(
    client: httpx.AsyncClient, people: People, host: Host, clock: FakeClock
) -> None:
    """The answer is OAuth's, and no cache keeps it."""
    user = await people.add("ada", "pcs:write", "pcs:read")
    answer = await sign_in(client)
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert body.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert body["scope"] == "pcs:read pcs:write"
    assert body["refresh_token"].startswith("lrt_")
    verifier = await host.container.get(TokenVerifier)
    principal = await verifier.verify(body["access_token"])
    assert (principal.subject, principal.session_id) == (f"user:{user.id}", 1)
    assert principal.scopes == {"pcs:read", "pcs:write"}
    assert principal.expires_at == clock.now() + timedelta(minutes=10)
    assert principal.pc_id is None


async def test_a_session_begins(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Its refresh token lives for 14 days, and the whole for 90; the token itself is not kept."""
    await people.add()
    token = (await signed_in(client))["refresh_token"]
    (session,) = await people.sessions()
    (kept,) = await people.tokens()
    assert session.created_at == session.last_used_at == kept.issued_at == clock.now()
    assert session.expires_at == kept.expires_at == clock.now() + 14 * DAY
    assert session.absolute_expires_at == clock.now() + 90 * DAY
    assert (len(kept.token_hash), kept.consumed_at) == (32, None)
    assert token.encode() not in kept.token_hash


@on_any_database
async def test_every_refusal_is_the_same(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Unknown, wrong, disabled, locked, too short, too long: nobody can tell which it was."""
    await people.add("ada")
    await people.add("bob")
    await people.add("eve")
    await people.store.disable(UserName.parse("bob"), clock.now(), "test:people")
    for _ in range(10):
        await sign_in(client, "eve", WRONG)
    answers = [
        await sign_in(client, "nobody"),
        await sign_in(client, "no\u200bbody"),
        await sign_in(client, "ada", WRONG),
        await sign_in(client, "ada", "x"),
        await sign_in(client, "ada", "\u00e9" * 1_024),
        await sign_in(client, "ada", PASSWORD.upper()),
        await sign_in(client, "bob"),
        await sign_in(client, "eve"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1
    assert answers[0].json()["type"] == "urn:problem-type:login:sign_in_refused"
    assert answers[0].headers["www-authenticate"].startswith("Bearer ")
    assert answers[0].headers["cache-control"] == "no-store"
    assert await people.sessions() == []


async def test_names_are_the_same_that_read_the_same(
    client: httpx.AsyncClient, people: People
) -> None:
    """Case and the way letters are composed make no difference."""
    await people.add("J\u00fcrgen")
    for name in ("j\u00fcrgen", "JU\u0308RGEN", "\uff2a\u00fcrgen"):
        assert (await sign_in(client, name)).status_code == 200


@on_any_database
async def test_passwords_are_the_same_that_are_composed_otherwise(
    client: httpx.AsyncClient, people: People
) -> None:
    """Keyboards differ in how they compose a letter; its case is what matters."""
    composed, apart, other = (
        f"{start}rgens passwort" for start in ("j\u00fc", "ju\u0308", "J\u00fc")
    )
    await people.add(password=composed)
    assert (await sign_in(client, password=apart)).status_code == 200
    assert (await sign_in(client, password=other)).status_code == 401


@pytest.mark.parametrize("more_settings", [CLOSED])
async def test_wrong_passwords_lock_an_account_for_a_while(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """After the third even the right one is refused, for five minutes; the audit tells."""
    user = await people.add()
    for _ in range(3):
        await sign_in(client, password=WRONG)
    assert (await sign_in(client)).status_code == 401
    await clock.advance(299)
    assert (await sign_in(client)).status_code == 401
    await clock.advance(1)
    assert (await sign_in(client)).status_code == 200
    assert await people.audited() == [
        ("user.added", "test:people"),
        ("user.locked", f"user:{user.id}"),
    ]
    assert ((await people.user()).failed_count, (await people.user()).locked_until) == (0, None)


@pytest.mark.parametrize("more_settings", [CLOSED])
async def test_a_lock_is_not_prolonged_and_counting_begins_anew(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """Who goes on guessing while it is locked changes nothing; after it, three are free again."""
    await people.add()
    for _ in range(5):
        await sign_in(client, password=WRONG)
    await clock.advance(300)
    for _ in range(2):
        await sign_in(client, password=WRONG)
    assert (await sign_in(client)).status_code == 200


@pytest.mark.parametrize("more_settings", [CLOSED])
@on_any_database
async def test_the_right_password_clears_the_count(
    client: httpx.AsyncClient, people: People
) -> None:
    """Only wrong passwords in a row lock an account."""
    await people.add()
    tries = (WRONG, WRONG, PASSWORD) * 3
    statuses = [(await sign_in(client, password=each)).status_code for each in tries]
    assert statuses == [401, 401, 200] * 3


@pytest.mark.parametrize("more_settings", [{"Passwords": {"Iterations": 3}}])
@on_any_database
async def test_old_hashes_are_made_anew(client: httpx.AsyncClient, people: People) -> None:
    """A sign-in is the moment at which the password is known."""
    await people.add()
    before = (await people.user()).password_hash
    assert (await sign_in(client)).status_code == 200
    after = (await people.user()).password_hash
    assert ("t=2" in before, "t=3" in after) == (True, True)
    assert (await sign_in(client)).status_code == 200
    assert (await people.user()).password_hash == after


@on_any_database
async def test_a_session_knows_its_pc(
    client: httpx.AsyncClient, people: People, fleet: Fleet, host: Host
) -> None:
    """The access token tells it, also after a refresh."""
    await people.add()
    (pc_id,) = await fleet.add(0)
    body = await signed_in(client, pc_id=pc_id)
    verifier = await host.container.get(TokenVerifier)
    assert (await verifier.verify(body["access_token"])).pc_id == pc_id
    assert (await people.sessions())[0].pc_id == pc_id


async def test_a_pc_must_be_registered(
    client: httpx.AsyncClient, people: People, fleet: Fleet
) -> None:
    """Neither an unknown one nor one that was removed; who has no password learns nothing."""
    await people.add()
    (pc_id,) = await fleet.add(0)
    await fleet.execute(
        "UPDATE pcs SET deleted_at = created_at, deleted_by = 'admin' WHERE id = :id", id=pc_id
    )
    for unknown in (pc_id, 404):
        refused = await sign_in(client, pc_id=unknown)
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:problem-type:login:unknown_pc"
    assert (await sign_in(client, password=WRONG, pc_id=404)).status_code == 401
    assert await people.sessions() == []


@on_any_database
@in_turn(
    "change",
    [
        {"password": 12},
        {"password": None},
        {"password": ["x"]},
        {"password": {"x": PASSWORD}},
        {"password": ""},
        {"password": PASSWORD * 60},
        {"username": 7},
        {"username": True},
        {"username": ""},
        {"username": "a" * 151},
        {"username": ["ada"]},
        {"pc_id": "1"},
        {"pc_id": True},
        {"pc_id": 1.0},
        {"pc_id": 0},
        {"pc_id": -1},
        {"pc_id": 2**63 - 1, "scope": "pcs:write"},
        {PASSWORD: PASSWORD},
    ],
)
async def test_case_17_what_is_no_sign_in_is_refused_without_an_echo(
    change: dict[str, object], client: httpx.AsyncClient
) -> None:
    """422 names the rule and the place, and repeats nothing."""
    body = {"username": "ada", "password": PASSWORD, **change}
    answer = await client.post("/v1/login", json=body)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert "ada" not in answer.text


@on_any_database
async def test_case_17_broken_bodies_are_refused_without_an_echo(client: httpx.AsyncClient) -> None:
    """A form, a key that is given twice, NUL, half a surrogate pair."""
    json = {"content-type": "application/json"}
    twice = f'{{"username": "ada", "password": "{PASSWORD}", "password": "x"}}'
    answers = [
        await client.post("/v1/login", data={"username": "ada", "password": PASSWORD}),
        await client.post("/v1/login", content=twice, headers=json),
        await client.post("/v1/login", content=twice[:-3], headers=json),
        await client.post("/v1/login", json={"username": "a\0", "password": PASSWORD}),
        await client.post(
            "/v1/login",
            content=f'{{"username": "\\ud800", "password": "{PASSWORD}"}}',
            headers=json,
        ),
    ]
    assert [answer.status_code for answer in answers] == [415, 422, 422, 422, 422]
    assert not [answer for answer in answers if PASSWORD in answer.text]


@pytest.mark.parametrize("more_settings", [{"RateLimits": {"SignInsPerMinuteAndUser": 2}}])
@on_any_database
async def test_a_name_is_tried_only_so_often(
    client: httpx.AsyncClient, people: People, clock: FakeClock
) -> None:
    """However it is spelled, and whether anybody has it or not."""
    await people.add("ada")
    for names in (("ada", "ADA", "Ada"), ("bob", "BOB", "Bob")):
        statuses = [(await sign_in(client, name, WRONG)).status_code for name in names]
        assert statuses == [401, 401, 429]
    refused = await sign_in(client, "ada")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert refused.headers["cache-control"] == "no-store"
    await clock.advance(30)
    assert (await sign_in(client, "ada")).status_code == 200


@pytest.mark.parametrize("more_settings", [{"RateLimits": {"SignInsPerMinuteAndAddress": 2}}])
@on_any_database
async def test_an_address_tries_only_so_often(client: httpx.AsyncClient) -> None:
    """Whatever names it tries; a new password counts as well."""
    await sign_in(client, "ada")
    await client.post("/v1/password/reset", json={"token": "x", "new_password": NEW_PASSWORD})
    assert (await sign_in(client, "bob")).status_code == 429


async def test_an_account_that_changes_meanwhile_is_refused(
    client: httpx.AsyncClient, people: People, host: Host, clock: FakeClock
) -> None:
    """A password that was verified is worth nothing once another one is set."""
    await people.add()
    store = await host.container.get(SessionStore)
    known = await store.find_password("ada")
    assert known is not None
    assert known.hash not in repr(known)
    await people.change(password_hash="another")
    with pytest.raises(SignInRefusedError):
        await store.begin(NewSession(known, None, b"d" * 32), clock.now())
    assert await people.sessions() == []
