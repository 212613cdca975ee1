"""Somebody with a browser on the page of jobs of a service."""

import re
from collections.abc import Iterable
from typing import Final

import httpx

_TOKEN: Final = re.compile(r'name="csrf" value="([^"]+)"')


class PageVisit:
    """What somebody does by the forms of the page; it follows no redirects.

    Args:
        client: Somebody who presents nothing, and keeps cookies; a client for each visit.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        client.headers["Sec-Fetch-Site"] = "same-origin"

    async def look(self, path: str = "/jobs/") -> httpx.Response:
        """Ask for a page."""
        return await self._client.get(path)

    async def sign_in(self, name: str, password: str) -> httpx.Response:
        """Fill in the form and send it."""
        return await self._send("/jobs/sign-in", "/jobs/sign-in", name=name, password=password)

    async def sign_out(self) -> httpx.Response:
        """Press the button that is on every page."""
        return await self._send("/jobs/", "/jobs/sign-out")

    async def act(self, job: str, action: str) -> httpx.Response:
        """Ask for `run`, `pause` or `resume`, and confirm it."""
        path = f"/jobs/job/{job}/{action}"
        return await self._send(path, path)

    async def act_unasked(self, job: str, action: str) -> httpx.Response:
        """Send the form of an action that was not shown, with the token of another page."""
        return await self._send("/jobs/", f"/jobs/job/{job}/{action}")

    async def everything(self, jobs: Iterable[str]) -> str:
        """Return all that the page and its API show about these jobs; the stream left out."""
        paths = ["", "sign-in", "api/jobs", "metrics"]
        for job in jobs:
            paths += [f"job/{job}", f"api/jobs/{job}", f"api/jobs/{job}/history"]
            paths += [f"job/{job}/{action}" for action in ("run", "pause", "resume")]
        return "\n".join([(await self.look(f"/jobs/{path}")).text for path in paths])

    async def _send(self, page: str, path: str, **fields: str) -> httpx.Response:
        shown = await self._client.get(page)
        token = _TOKEN.search(shown.text)
        if token is None:
            return shown
        return await self._client.post(path, data={**fields, "csrf": token[1]})
