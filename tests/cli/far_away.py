"""A real service with a real page of jobs, asked by the command from another thread."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from loopjobs import Host
from loopjobs.testing import FakeClock
from loopjobs.web import Visitor, create_jobs_app

from .conftest import Command, Ended

URL = "http://service.test/jobs"
OPERATOR, VIEWER = "token-of-an-operator", "token-of-a-viewer"


async def authorize(request: Request) -> Visitor | None:
    """Know two tokens."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = {
        OPERATOR: Visitor("olga", may_operate=True),
        VIEWER: Visitor("vera", may_operate=False),
    }
    return known.get(token)


class IntoLoop(httpx.AsyncBaseTransport):
    """Carries requests into the event loop that the service lives on."""

    def __init__(self, host: Host) -> None:
        jobs = create_jobs_app(host, authorization=authorize, title="Login")
        self._inner = httpx.ASGITransport(Starlette(routes=[Mount("/jobs", jobs)]))
        self._loop = asyncio.get_running_loop()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask there, and wait here."""
        answer = asyncio.run_coroutine_threadsafe(
            self._inner.handle_async_request(request), self._loop
        )
        return await asyncio.wrap_future(answer)


@dataclass(frozen=True)
class FarAway:
    """The service, and the command about it."""

    host: Host
    clock: FakeClock
    command: Command
    set_variable: Callable[[str, str], None]

    async def __call__(self, *arguments: str, token: str = OPERATOR) -> Ended:
        """Run the command with that token."""
        self.set_variable("LOOPJOBS_URL", URL)
        self.set_variable("LOOPJOBS_TOKEN", token)
        transport = IntoLoop(self.host)
        return await asyncio.to_thread(
            self.command, *arguments, clock=self.clock, transport=transport
        )
