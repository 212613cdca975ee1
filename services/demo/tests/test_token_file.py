"""The token that the demonstration leaves for a terminal."""

import asyncio
from pathlib import Path

import httpx

from login.client import AccessTokens, ClientCredentials
from loopjobs.testing import FakeClock
from loopjobs_demo.token_file import TokenFile


async def test_there_is_always_a_token_that_is_good(tmp_path: Path) -> None:
    """Written at once, again when it has been renewed, and for its owner only."""
    clock, issued = FakeClock(), 0

    def issue(_: httpx.Request) -> httpx.Response:
        nonlocal issued
        issued += 1
        return httpx.Response(200, json={"access_token": f"token-{issued}", "expires_in": 600})

    transport = httpx.MockTransport(issue)
    async with httpx.AsyncClient(base_url="http://login.test", transport=transport) as http:
        tokens = AccessTokens(http, ClientCredentials("terminal", "secret"), clock)
        file = tmp_path / "token"
        keeping = asyncio.create_task(TokenFile(file, tokens, clock).keep())
        await clock.advance(530)
        assert (file.read_text(), file.stat().st_mode & 0o777) == ("token-1", 0o600)
        await clock.advance(30)
        assert file.read_text() == "token-2"
        keeping.cancel()
        await asyncio.wait([keeping])
