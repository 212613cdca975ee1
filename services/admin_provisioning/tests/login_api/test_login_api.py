"""The client of the Login service: what it sends, and what it makes of the answers."""

import asyncio
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from traceback import format_exception

import httpx
import pytest

from admin_provisioning.domain.login_api import (
    LoginBrokeError,
    LoginUnavailableError,
    PcChange,
    RowRefusedError,
)
from admin_provisioning.login_api.access import Access
from admin_provisioning.login_api.client import HttpLoginApi
from admin_provisioning.login_api.options import LoginApiOptions
from loopjobs.testing import FakeClock
from servicekit.mac import MacAddress

from .login_contract import check_contract
from .stand_in import LIFETIME, SECRET, StandIn, problem

MAC = MacAddress.parse("02:00:00:00:00:07")
CHANGE = PcChange(MAC, {"hostname": "pc-7"})


def always(response: httpx.Response, path: str = "/v1/pcs") -> Callable[..., httpx.Response | None]:
    return lambda request: response if request.url.path.startswith(path) else None


async def test_the_contract_holds(login: HttpLoginApi) -> None:
    """What bulk jobs rely on is what the client and the contract's own service do together."""
    await check_contract(login)


async def test_requests_are_what_the_service_expects(login: HttpLoginApi, service: StandIn) -> None:
    """Method, path, body and token; what a PC is not created with is not sent at its creation."""
    await login.put_pc(PcChange(MAC, {"hostname": "pc", "machine_id": "m", "pinned": True}))
    await login.patch_pc(PcChange(MAC, {"pinned": True}))
    await login.delete_pc(MAC)
    signed_in, *calls = service.requests
    assert (signed_in.method, signed_in.url.path) == ("POST", "/v1/token")
    path = "/v1/pcs/by-mac/02:00:00:00:00:07"
    assert [(call.method, call.url.path) for call in calls] == [
        ("PUT", path),
        ("PATCH", path),
        ("DELETE", path),
    ]
    assert json.loads(calls[0].content) == {"hostname": "pc", "machine_id": "m"}
    assert json.loads(calls[1].content) == {"pinned": True}
    assert calls[2].content == b""
    assert {call.headers["Authorization"] for call in calls} == {"Bearer token-1"}


async def test_one_token_serves_many_calls_and_is_renewed_ahead_of_its_end(
    login: HttpLoginApi, service: StandIn, clock: FakeClock
) -> None:
    """Half a minute before it ends the next call gets another one."""
    for _ in range(2):
        await login.put_pc(CHANGE)
    await clock.advance(LIFETIME - 31)
    await login.put_pc(CHANGE)
    assert service.sign_ins == 1
    await clock.advance(1)
    await login.put_pc(CHANGE)
    assert service.sign_ins == 2


async def test_calls_at_once_share_one_sign_in(login: HttpLoginApi, service: StandIn) -> None:
    """Eight rows begin, or find their token refused, at the same moment: one token for all."""
    await asyncio.gather(*(login.put_pc(CHANGE) for _ in range(8)))
    assert service.sign_ins == 1
    service.accepted.clear()
    await asyncio.gather(*(login.put_pc(CHANGE) for _ in range(8)))
    assert service.sign_ins == 2


async def test_a_refused_token_is_replaced_once(login: HttpLoginApi, service: StandIn) -> None:
    """The service lost its keys, say; a second refusal is no matter of the token."""
    service.answer_instead = always(problem(HTTPStatus.UNAUTHORIZED, "no"))
    with pytest.raises(LoginUnavailableError, match=r"refuses our token.*pcs:write"):
        await login.put_pc(CHANGE)
    assert service.sign_ins == 2
    assert len(service.requests) == 4


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "pc_unknown"), (409, "pc_conflict"), (410, "pc_removed"), (413, "refused")],
)
async def test_a_refusal_is_about_the_row(
    login: HttpLoginApi, service: StandIn, status: int, code: str
) -> None:
    """Programs get a code, people the reason that the service gave."""
    service.answer_instead = always(problem(HTTPStatus(status), "for this reason"))
    with pytest.raises(RowRefusedError, match="for this reason") as refusal:
        await login.patch_pc(CHANGE)
    assert refusal.value.code == code


async def test_broken_rules_are_told_field_by_field(login: HttpLoginApi) -> None:
    """With 422 the service names each field and its rule."""
    with pytest.raises(RowRefusedError, match=r"^hostname: is too long$") as refusal:
        await login.put_pc(PcChange(MAC, {"hostname": "x" * 254}))
    assert refusal.value.code == "invalid_row"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>", "The Login service refused it: Conflict."),
        (b'{"title": "T", "status": 409}', "T"),
        (b'{"detail": "a\\u0000b\\nc"}', "abc"),
        (b'{"detail": "' + b"x" * 300 + b'"}', "x" * 200),
    ],
)
async def test_a_reason_is_fit_to_be_stored_whatever_was_sent(
    login: HttpLoginApi, service: StandIn, content: bytes, reason: str
) -> None:
    """No page of a proxy, no control characters, nothing without end."""
    service.answer_instead = always(httpx.Response(409, content=content))
    with pytest.raises(RowRefusedError) as refusal:
        await login.put_pc(CHANGE)
    assert str(refusal.value) == reason


@pytest.mark.parametrize("status", [301, 403, 405, 408, 429, 502, 503, 504])
async def test_a_service_that_does_not_serve_says_nothing_about_the_row(
    login: HttpLoginApi, service: StandIn, status: int
) -> None:
    """It is away, busy, not ours, or does not know us; the row can wait."""
    service.answer_instead = always(httpx.Response(status))
    with pytest.raises(LoginUnavailableError):
        await login.put_pc(CHANGE)


@pytest.mark.parametrize(("sent", "told"), [("17", 17.0), ("soon", None), ("", None), ("-1", None)])
async def test_a_service_that_is_busy_says_when_to_come_again(
    login: HttpLoginApi, service: StandIn, sent: str, told: float | None
) -> None:
    """Retry-After in seconds is heard, anything else is not."""
    service.answer_instead = always(httpx.Response(429, headers={"Retry-After": sent}))
    with pytest.raises(LoginUnavailableError) as error:
        await login.put_pc(CHANGE)
    assert error.value.retry_after == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (httpx.ConnectError("connection refused"), "cannot be reached: connection refused"),
        (httpx.ReadTimeout("slow"), "does not answer in time"),
        (httpx.RemoteProtocolError(""), "cannot be reached: RemoteProtocolError"),
    ],
)
async def test_a_service_that_cannot_be_reached_is_away(
    login: HttpLoginApi, service: StandIn, error: httpx.TransportError, told: str
) -> None:
    """Whatever the network has to say."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    service.answer_instead = fail
    with pytest.raises(LoginUnavailableError, match=told):
        await login.put_pc(CHANGE)


async def test_a_service_that_breaks_is_told_apart(login: HttpLoginApi, service: StandIn) -> None:
    """HTTP 500 may be about one row; whoever sees many of them decides."""
    service.answer_instead = always(httpx.Response(500))
    with pytest.raises(LoginBrokeError):
        await login.put_pc(CHANGE)


async def test_something_else_at_the_address_is_no_login_service(
    login: HttpLoginApi, service: StandIn
) -> None:
    """A portal that says 200 to everything, a web server that knows no such path."""
    for response in (httpx.Response(200, text="Welcome"), httpx.Response(404)):
        service.answer_instead = always(response)
        with pytest.raises(LoginUnavailableError, match="something else"):
            await login.put_pc(CHANGE)


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (problem(HTTPStatus.UNAUTHORIZED, "no"), "Login:ClientId and Login:ClientSecret"),
        (httpx.Response(404), "check it"),
        (httpx.Response(500), "fails to issue tokens"),
        (httpx.Response(503), "cannot serve now"),
        (httpx.Response(200, text="Welcome"), "something else"),
        (httpx.Response(200, json={"access_token": "t", "expires_in": 0}), "something else"),
    ],
)
async def test_without_a_token_nothing_is_said_about_the_row(
    login: HttpLoginApi, service: StandIn, response: httpx.Response, told: str
) -> None:
    """The error says what is wrong with signing in, and what to do."""
    service.answer_instead = always(response, "/v1/token")
    with pytest.raises(LoginUnavailableError, match=told):
        await login.put_pc(CHANGE)


async def test_secrets_are_told_to_nobody(
    http: httpx.AsyncClient,
    service: StandIn,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither in the log at its finest nor in an error with all its causes."""
    caplog.set_level(logging.DEBUG)
    wrong = LoginApiOptions.model_validate({"ClientSecret": "a-wrong-secret"})
    right = LoginApiOptions.model_validate({"ClientSecret": SECRET})
    with pytest.raises(LoginUnavailableError) as error:
        await HttpLoginApi(http, Access(http, wrong, clock)).put_pc(CHANGE)
    garbled = httpx.Response(200, json={"access_token": "secret-token", "expires_in": "x"})
    service.answer_instead = always(garbled, "/v1/token")
    with pytest.raises(LoginUnavailableError) as second:
        await HttpLoginApi(http, Access(http, right, clock)).put_pc(CHANGE)
    service.answer_instead = lambda _: None
    await HttpLoginApi(http, Access(http, right, clock)).put_pc(CHANGE)
    told = "".join([caplog.text, *format_exception(error.value), *format_exception(second.value)])
    for secret in ("a-wrong-secret", SECRET, "secret-token", "token-1"):
        assert secret not in told
