"""What the agent tells the person who started it."""

import asyncio
import logging

import httpx
import pytest

from login.cli.agent import run_agent
from login.cli.client_credentials import Target
from login.client import ClientCredentials, PcIdentity
from servicekit.cli.mistakes import CommandError
from servicekit.mac import MacAddress

PC = PcIdentity(MacAddress("0200000000aa"), "lab-01", "1" * 32)


TARGET = Target("http://login.test", ClientCredentials("labs", "s3cret"))
GOOD = {"access_token": "t", "expires_in": 600, "credential": "lpc_1", "next_in_s": 60}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/v1/pcs", 410, r"an administrator has removed lab-01 \(02:00:00:00:00:aa\)"),
        ("/v1/pcs", 409, r"does not accept lab-01 \(02:00:00:00:00:aa\): Conflict \(HTTP 409\)"),
        ("/v1/pcs", 403, r"does not let the client 'labs' register PCs: Forbidden"),
        ("/v1/pcs", 401, r"does not let the client 'labs' register PCs: Unauthorized"),
        ("/v1/token", 401, r"does not let the client 'labs' register PCs: Unauthorized"),
    ],
)
async def test_a_no_is_explained(path: str, status: int, words: str) -> None:
    """When the service does not want PC or client, the command ends with its reason, and code 1."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status if request.url.path == path else 200, json=GOOD)

    with pytest.raises(CommandError, match=words) as ended:
        await run_agent(PC, TARGET, httpx.MockTransport(answer))
    assert ended.value.exit_code == 1
    assert "s3cret" not in str(ended.value)


async def test_stopping_says_goodbye(caplog: pytest.LogCaptureFixture) -> None:
    """An agent that is stopped tells the service; its log tells no secrets."""
    caplog.set_level(logging.DEBUG)
    asked: list[str] = []
    heard = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        if request.method == "PUT":
            heard.set()
        return httpx.Response(200, json=GOOD)

    running = asyncio.create_task(run_agent(PC, TARGET, httpx.MockTransport(answer)))
    await heard.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asked == ["token", "pcs", "keep-alive", "offline"]
    assert not any(secret in caplog.text for secret in ("s3cret", "lpc_1"))
