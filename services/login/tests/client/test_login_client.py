"""What the answers of the service mean to a PC."""

import httpx
import pytest

from login.client import (
    ClientRefusedError,
    LoginAwayError,
    LoginClient,
    LoginClientError,
    LoginRefusedError,
    PcIdentity,
    PcRemovedError,
    PcUnknownError,
    UnauthorizedError,
)

from .fakes import FakeLogin


async def test_register_says_who_the_pc_is(
    client: LoginClient, login: FakeLogin, pc: PcIdentity
) -> None:
    """The service learns hardware address, machine id and host name."""
    await client.register(pc)
    assert login.names == {"02:00:00:00:00:aa": "lab-01"}


async def test_keep_alive_tells_the_pace(
    client: LoginClient, login: FakeLogin, pc: PcIdentity
) -> None:
    """The answer says in how many seconds the service wants to hear of the PC again."""
    login.next_in_s = 7.5
    credential = await client.register(pc)
    assert (await client.keep_alive(pc.mac, credential)).next_in_s == 7.5


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ConnectError("connection refused"), LoginAwayError),
        (httpx.ReadTimeout("slow"), LoginAwayError),
        (httpx.Response(408), LoginAwayError),
        (httpx.Response(429), LoginAwayError),
        (httpx.Response(500), LoginAwayError),
        (httpx.Response(503), LoginAwayError),
        (httpx.Response(302, headers={"Location": "http://portal.test"}), LoginAwayError),
        (httpx.Response(200, text="<html>Welcome to the Wi-Fi</html>"), LoginAwayError),
        (httpx.Response(200, json={"next_in_s": 0}), LoginAwayError),
        (httpx.Response(404), PcUnknownError),
        (httpx.Response(410), PcRemovedError),
        (httpx.Response(401), UnauthorizedError),
        (httpx.Response(403), LoginRefusedError),
        (httpx.Response(422), LoginRefusedError),
    ],
)
async def test_each_answer_has_its_error(
    client: LoginClient,
    login: FakeLogin,
    pc: PcIdentity,
    answer: httpx.Response | Exception,
    error: type[LoginClientError],
) -> None:
    """What the PC should do about an answer is in the class of the error."""
    login.responses = [answer]
    with pytest.raises(error):
        await client.keep_alive(pc.mac, "lpc_1")


async def test_a_refusal_gives_the_reason(
    client: LoginClient, login: FakeLogin, pc: PcIdentity
) -> None:
    """The detail of the problem document reaches the reader, with the status."""
    login.responses = [httpx.Response(409, json={"detail": "this MAC address is in use"})]
    with pytest.raises(LoginRefusedError, match=r"this MAC address is in use \(HTTP 409\)"):
        await client.register(pc)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)],
)
async def test_a_busy_service_may_ask_for_time(
    client: LoginClient, login: FakeLogin, pc: PcIdentity, header: str, seconds: float | None
) -> None:
    """Retry-After in seconds is passed on; any other form is ignored."""
    login.responses = [httpx.Response(503, headers={"Retry-After": header})]
    with pytest.raises(LoginAwayError) as caught:
        await client.keep_alive(pc.mac, "lpc_1")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([httpx.Response(401), httpx.Response(401)], ClientRefusedError),
        ([httpx.Response(403)], ClientRefusedError),
        ([httpx.Response(200, json={})], LoginAwayError),
        ([httpx.Response(200, json={"credential": ""})], LoginAwayError),
        ([httpx.Response(410)], PcRemovedError),
        ([httpx.Response(422)], LoginRefusedError),
    ],
)
async def test_each_answer_to_a_registration_has_its_error(
    client: LoginClient,
    login: FakeLogin,
    pc: PcIdentity,
    answers: list[httpx.Response | Exception],
    error: type[LoginClientError],
) -> None:
    """Who is not let in, who is not wanted, and who has reached somebody else."""
    login.responses = answers
    with pytest.raises(error):
        await client.register(pc)


async def test_an_access_token_that_is_refused_is_replaced(
    client: LoginClient, login: FakeLogin, pc: PcIdentity
) -> None:
    """When the service has changed its keys, say, the registration goes through all the same."""
    await client.register(pc)
    login.change_key()
    await client.register(pc)
    assert login.calls == ["POST", "POST", "POST"]


async def test_check_passes_where_a_login_service_lets_the_client_in(client: LoginClient) -> None:
    """A service that gives an access token is a Login service."""
    await client.check()


async def test_an_address_without_login_service_counts_as_away(
    client: LoginClient, login: FakeLogin, pc: PcIdentity
) -> None:
    """A gateway that says 404 to everything is there, but its service is not."""
    login.responses = [httpx.Response(404)]
    with pytest.raises(LoginAwayError, match=r"no Login service at http://login\.test"):
        await client.register(pc)
