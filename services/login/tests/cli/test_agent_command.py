"""What the agent tells the person who started it."""

import asyncio

import httpx
import pytest

from login.cli.agent import run_agent
from login.client import PcIdentity
from servicekit.cli.mistakes import CommandError
from servicekit.mac import MacAddress

PC = PcIdentity(MacAddress("0200000000aa"), "lab-01", "1" * 32)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (410, r"an administrator has removed lab-01 \(02:00:00:00:00:aa\)"),
        (409, r"does not accept lab-01 \(02:00:00:00:00:aa\): Conflict \(HTTP 409\)"),
    ],
)
async def test_a_no_is_explained(status: int, words: str) -> None:
    """When the service does not want the PC, the command ends with its reason, and code 1."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status))
    with pytest.raises(CommandError, match=words) as ended:
        await run_agent(PC, "http://login.test", transport)
    assert ended.value.exit_code == 1


async def test_stopping_says_goodbye() -> None:
    """An agent that is stopped tells the service."""
    asked: list[str] = []
    heard = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        if request.method == "PUT":
            heard.set()
        return httpx.Response(200, json={"next_in_s": 60})

    running = asyncio.create_task(run_agent(PC, "http://login.test", httpx.MockTransport(answer)))
    await heard.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asked == ["pcs", "keep-alive", "offline"]
