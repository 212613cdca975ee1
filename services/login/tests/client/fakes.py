"""A Login service in a dictionary, which can be away, slow, forgetful or rude."""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a test wants predictable chance


class FakeLogin:
    """Answers as the HTTP contract says; `responses` are given out first, in order."""

    def __init__(self, next_in_s: float = 10.0) -> None:
        self.next_in_s = next_in_s
        self.online: dict[str, bool] = {}
        self.names: dict[str, str] = {}
        self.calls: list[str] = []
        self.responses: list[httpx.Response | Exception] = []
        self.is_away = False
        self.is_mute = False

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url="http://login.test", transport=httpx.MockTransport(self._answer)
        )

    @contextmanager
    def away(self) -> Iterator[None]:
        self.is_away = True
        yield
        self.is_away = False

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/pcs").strip("/")
        self.calls.append(f"{request.method} {path}".strip())
        if self.is_mute:
            await asyncio.Event().wait()
        if self.is_away:
            raise httpx.ConnectError("connection refused")
        if self.responses:
            scripted = self.responses.pop(0)
            if isinstance(scripted, Exception):
                raise scripted
            return scripted
        return self._serve(request, path)

    def _serve(self, request: httpx.Request, path: str) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={})
        if not path:
            body = json.loads(request.content)
            self.names[body["mac"]] = body["hostname"]
            self.online[body["mac"]] = True
            return httpx.Response(201, json={})
        mac, verb = path.split("/")
        if mac not in self.online:
            return httpx.Response(404, json={"title": "Not Found", "detail": "no such PC"})
        self.online[mac] = verb == "keep-alive"
        if verb == "offline":
            return httpx.Response(204)
        return httpx.Response(200, json={"server_time": "now", "next_in_s": self.next_in_s})
