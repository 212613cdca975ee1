"""A running service, asked over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpx

from loopjobs.cli._jobs import no_such_job
from loopjobs.cli._remote.answers import read_answer
from loopjobs.cli._remote.mount import Mount
from loopjobs.cli._remote.outages import explained

ANSWERS_WITHIN: Final = 10.0
"""Seconds that a service has for an answer."""

Document: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Service:
    """Asks, and raises what went wrong as a `CommandError`."""

    mount: Mount
    http: httpx.AsyncClient

    async def overview(self) -> Document:
        """Return how all jobs are."""
        return await self._ask("GET", self.mount.address("jobs"))

    async def job(self, name: str) -> Document:
        """Return how one job is, in detail."""
        return await self._about(name, "GET", self.mount.address("jobs", name))

    async def act(self, name: str, action: str, wait: float = 0.0) -> Document:
        """Trigger, pause or resume a job.

        Args:
            name: The job.
            action: `trigger`, `pause` or `resume`.
            wait: For how many seconds to wait for the end of the run.
        """
        url = self.mount.address("jobs", name, action)
        if wait:
            url += f"?wait={wait:g}"
        headers = {"X-Loopjobs-Action": action, "Origin": self.mount.origin}
        return await self._about(name, "POST", url, headers, wait)

    async def _about(
        self,
        name: str,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Document:
        response = await self._send(method, url, headers, wait)
        if response.status_code == httpx.codes.NOT_FOUND:
            # It may be the job or the whole URL that is wrong; this tells which.
            overview = await self.overview()
            raise no_such_job(name, _names_in(overview))
        return read_answer(self.mount, response)

    async def _ask(self, method: str, url: str) -> Document:
        return read_answer(self.mount, await self._send(method, url))

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> httpx.Response:
        timeout = httpx.Timeout(ANSWERS_WITHIN, read=ANSWERS_WITHIN + wait)
        try:
            return await self.http.request(method, url, headers=headers, timeout=timeout)
        except httpx.TransportError as error:
            raise explained(self.mount, error) from error


@asynccontextmanager
async def open_service(
    mount: Mount, token: str | None, transport: httpx.AsyncBaseTransport | None
) -> AsyncIterator[Service]:
    """Open connections to a service.

    Redirects are not followed: they lead to pages for people, and a token is for one address.
    """
    headers = {"Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    async with httpx.AsyncClient(headers=headers, transport=transport) as http:
        yield Service(mount, http)


def _names_in(overview: Document) -> list[str]:
    jobs = overview.get("jobs")
    rows = jobs if isinstance(jobs, list) else []
    return [str(row.get("name")) for row in rows if isinstance(row, dict)]
