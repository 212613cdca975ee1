"""Setting a new password with a token that works once."""

import asyncio
from collections import Counter

import httpx
import pytest

from login.domain.accounts.errors import UserDisabledError, UserNotFoundError
from login.domain.accounts.password_reset import PasswordReset
from login.domain.accounts.user_name import UserName
from loopjobs import Clock, Host
from loopjobs.testing import FakeClock
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import on_any_database

from .people import NEW_PASSWORD, People, refresh, sign_in, signed_in

ADA = UserName.parse("ada")


class ResetDesk:
    """Hands tokens to people, who come back with them.

    Args:
        secrets: what must not be logged; every token becomes one.
    """

    def __init__(
        self, reset: PasswordReset, client: httpx.AsyncClient, clock: Clock, secrets: set[str]
    ) -> None:
        self._reset = reset
        self._client = client
        self._clock = clock
        self._secrets = secrets

    async def issue(self) -> str:
        token = await self._reset.issue(ADA, self._clock.now(), "test")
        assert token.text not in repr(token)
        self._secrets.add(token.text)
        return token.text

    async def redeem(self, token: str, password: str = NEW_PASSWORD) -> httpx.Response:
        body = {"token": token, "new_password": password}
        return await self._client.post("/v1/password/reset", json=body)


@pytest.fixture
async def reset(host: Host) -> PasswordReset:
    return await host.container.get(PasswordReset)


@pytest.fixture
def desk(
    reset: PasswordReset, client: httpx.AsyncClient, clock: FakeClock, secrets: set[str]
) -> ResetDesk:
    return ResetDesk(reset, client, clock, secrets)


async def test_a_token_sets_a_new_password_once(
    client: httpx.AsyncClient, people: People, reset: PasswordReset, desk: ResetDesk
) -> None:
    """The old one no longer works, all sessions have ended, a lock is opened, the audit tells."""
    user = await people.add()
    session = await signed_in(client)
    for _ in range(10):
        await sign_in(client, password="not the password")
    token = await desk.issue()
    answer = await desk.redeem(token)
    assert (answer.status_code, answer.headers["cache-control"]) == (204, "no-store")
    assert (await refresh(client, session["refresh_token"])).status_code == 401
    assert (await people.sessions())[0].revoke_reason == "password_reset"
    assert (await sign_in(client)).status_code == 401
    assert (await sign_in(client, password=NEW_PASSWORD)).status_code == 200
    assert (await desk.redeem(token)).status_code == 401
    assert (await people.audited())[2:] == [
        ("password.reset_issued", "test"),
        ("password.reset", f"user:{user.id}"),
    ]


async def test_a_token_expires(
    client: httpx.AsyncClient, people: People, clock: FakeClock, desk: ResetDesk
) -> None:
    """After an hour; what is kept of it is a hash."""
    await people.add()
    token = await desk.issue()
    (kept,) = await people.one_time_tokens()
    assert (len(kept.token_hash), kept.purpose) == (32, "reset_password")
    await clock.advance(3_600)
    assert (await desk.redeem(token)).status_code == 401
    assert (await sign_in(client)).status_code == 200


async def test_a_new_token_replaces_those_before_it(people: People, desk: ResetDesk) -> None:
    """The first may have gone to the wrong address."""
    await people.add()
    old, new = [await desk.issue() for _ in range(2)]
    assert (await desk.redeem(old)).status_code == 401
    assert (await desk.redeem(new)).status_code == 204


async def test_of_many_at_once_one_sets_the_password(
    client: httpx.AsyncClient, people: People, desk: ResetDesk
) -> None:
    """The others find the token used, and leave the password alone."""
    await people.add()
    token = await desk.issue()
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(8)]
    answers = await asyncio.gather(*(desk.redeem(token, each) for each in passwords))
    assert Counter(answer.status_code for answer in answers) == {204: 1, 401: 7}
    set_by = [answer.status_code for answer in answers].index(204)
    tries = [await sign_in(client, password=each) for each in passwords]
    good = [number for number, answer in enumerate(tries) if answer.status_code == 200]
    assert good == [set_by]


@in_turn("token", ["lpr_unknown", "x", "lrt_x", "\u00e9"])
@on_any_database
async def test_an_unknown_token_is_refused(token: str, desk: ResetDesk) -> None:
    """Whatever it is, and without an echo."""
    refused = await desk.redeem(token)
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:problem-type:login:invalid_grant"
    assert NEW_PASSWORD not in refused.text


@pytest.mark.parametrize("password", ["elevenbytes", "\u00e9" * 513, "x" * 1_025])
@on_any_database
async def test_a_password_nobody_should_choose_is_refused(
    password: str, people: People, desk: ResetDesk
) -> None:
    """Less than 12 or more than 1,024 bytes; the token still works."""
    await people.add()
    token = await desk.issue()
    refused = await desk.redeem(token, password)
    assert refused.status_code == 422
    assert password not in refused.text
    assert (await desk.redeem(token, "\u00e9" * 6)).status_code == 204


async def test_a_disabled_user_sets_no_password(
    people: People, reset: PasswordReset, clock: FakeClock, desk: ResetDesk
) -> None:
    """Neither with a token from before, nor is there a new one."""
    await people.add()
    token = await desk.issue()
    await people.store.disable(ADA, clock.now(), "test")
    assert (await desk.redeem(token)).status_code == 401
    with pytest.raises(UserDisabledError, match="enable the account first"):
        await reset.issue(ADA, clock.now(), "test")
    with pytest.raises(UserNotFoundError, match="no user 'bob'"):
        await reset.issue(UserName.parse("bob"), clock.now(), "test")
