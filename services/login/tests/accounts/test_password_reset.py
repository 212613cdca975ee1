"""Setting a new password with a token that works once."""

import asyncio
from collections import Counter

import httpx
import pytest

from login.domain.accounts.errors import UserDisabledError, UserNotFoundError
from login.domain.accounts.password_reset import PasswordReset
from login.domain.accounts.user_name import UserName
from loopjobs import Host
from loopjobs.testing import FakeClock

from .people import NEW_PASSWORD, People, refresh, sign_in, signed_in

ADA = UserName.parse("ada")


@pytest.fixture
async def reset(host: Host) -> PasswordReset:
    return await host.container.get(PasswordReset)


async def issue(reset: PasswordReset, clock: FakeClock, secrets: set[str]) -> str:
    token = await reset.issue(ADA, clock.now(), "test")
    assert token.text not in repr(token)
    secrets.add(token.text)
    return token.text


async def redeem(
    client: httpx.AsyncClient, token: str, password: str = NEW_PASSWORD
) -> httpx.Response:
    body = {"token": token, "new_password": password}
    return await client.post("/v1/password/reset", json=body)


async def test_a_token_sets_a_new_password_once(
    client: httpx.AsyncClient,
    people: People,
    reset: PasswordReset,
    clock: FakeClock,
    secrets: set[str],
) -> None:
    """The old one no longer works, all sessions have ended, a lock is opened, the audit tells."""
    user = await people.add()
    session = await signed_in(client)
    for _ in range(10):
        await sign_in(client, password="not the password")
    token = await issue(reset, clock, secrets)
    answer = await redeem(client, token)
    assert (answer.status_code, answer.headers["cache-control"]) == (204, "no-store")
    assert (await refresh(client, session["refresh_token"])).status_code == 401
    assert (await people.sessions())[0].revoke_reason == "password_reset"
    assert (await sign_in(client)).status_code == 401
    assert (await sign_in(client, password=NEW_PASSWORD)).status_code == 200
    assert (await redeem(client, token)).status_code == 401
    assert (await people.audited())[2:] == [
        ("password.reset_issued", "test"),
        ("password.reset", f"user:{user.id}"),
    ]


async def test_a_token_expires(
    client: httpx.AsyncClient,
    people: People,
    reset: PasswordReset,
    clock: FakeClock,
    secrets: set[str],
) -> None:
    """After an hour; what is kept of it is a hash."""
    await people.add()
    token = await issue(reset, clock, secrets)
    (kept,) = await people.one_time_tokens()
    assert (len(kept.token_hash), kept.purpose) == (32, "reset_password")
    await clock.advance(3_600)
    assert (await redeem(client, token)).status_code == 401
    assert (await sign_in(client)).status_code == 200


async def test_a_new_token_replaces_those_before_it(
    client: httpx.AsyncClient,
    people: People,
    reset: PasswordReset,
    clock: FakeClock,
    secrets: set[str],
) -> None:
    """The first may have gone to the wrong address."""
    await people.add()
    old, new = [await issue(reset, clock, secrets) for _ in range(2)]
    assert (await redeem(client, old)).status_code == 401
    assert (await redeem(client, new)).status_code == 204


async def test_of_many_at_once_one_sets_the_password(
    client: httpx.AsyncClient,
    people: People,
    reset: PasswordReset,
    clock: FakeClock,
    secrets: set[str],
) -> None:
    """The others find the token used, and leave the password alone."""
    await people.add()
    token = await issue(reset, clock, secrets)
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(8)]
    answers = await asyncio.gather(*(redeem(client, token, each) for each in passwords))
    assert Counter(answer.status_code for answer in answers) == {204: 1, 401: 7}
    set_by = [answer.status_code for answer in answers].index(204)
    tries = [await sign_in(client, password=each) for each in passwords]
    good = [number for number, answer in enumerate(tries) if answer.status_code == 200]
    assert good == [set_by]


@pytest.mark.parametrize("token", ["lpr_unknown", "x", "lrt_x", "\u00e9"])
async def test_an_unknown_token_is_refused(token: str, client: httpx.AsyncClient) -> None:
    """Whatever it is, and without an echo."""
    refused = await redeem(client, token)
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:problem-type:login:invalid_grant"
    assert NEW_PASSWORD not in refused.text


@pytest.mark.parametrize("password", ["elevenbytes", "\u00e9" * 513, "x" * 1_025])
async def test_a_password_nobody_should_choose_is_refused(
    password: str,
    client: httpx.AsyncClient,
    people: People,
    reset: PasswordReset,
    clock: FakeClock,
    secrets: set[str],
) -> None:
    """Less than 12 or more than 1,024 bytes; the token still works."""
    await people.add()
    token = await issue(reset, clock, secrets)
    refused = await redeem(client, token, password)
    assert refused.status_code == 422
    assert password not in refused.text
    assert (await redeem(client, token, "\u00e9" * 6)).status_code == 204


async def test_a_disabled_user_sets_no_password(
    client: httpx.AsyncClient,
    people: People,
    reset: PasswordReset,
    clock: FakeClock,
    secrets: set[str],
) -> None:
    """Neither with a token from before, nor is there a new one."""
    await people.add()
    token = await issue(reset, clock, secrets)
    await people.store.disable(ADA, clock.now(), "test")
    assert (await redeem(client, token)).status_code == 401
    with pytest.raises(UserDisabledError, match="enable the account first"):
        await reset.issue(ADA, clock.now(), "test")
    with pytest.raises(UserNotFoundError, match="no user 'bob'"):
        await reset.issue(UserName.parse("bob"), clock.now(), "test")
