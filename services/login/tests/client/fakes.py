"""A Login service in a dictionary, which can be away, slow, forgetful or rude."""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from login.client import AccessTokens, ClientCredentials, LoginClient
from loopjobs import Clock


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a test wants predictable chance


CLIENT = ClientCredentials("labs", "s3cret-of-labs")


def login_client(http: httpx.AsyncClient, clock: Clock) -> LoginClient:
    """Return a client that the fake lets register PCs."""
    return LoginClient(http, AccessTokens(http, CLIENT, clock))


class FakeLogin:
    """Answers as the HTTP contract says; `responses` are given out first, in order.

    `token_responses` are those to requests for an access token, which `calls` leaves out.
    """

    def __init__(self, next_in_s: float = 10.0) -> None:
        self.next_in_s = next_in_s
        self.online: dict[str, bool] = {}
        self.names: dict[str, str] = {}
        self.calls: list[str] = []
        self.responses: list[httpx.Response | Exception] = []
        self.token_requests: list[dict[str, str]] = []
        self.token_responses: list[httpx.Response | Exception] = []
        self.token_lasts = 600.0
        self.credentials: dict[str, str] = {}
        self.is_away = False
        self.is_mute = False

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url="http://login.test", transport=self.transport())

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    @contextmanager
    def away(self) -> Iterator[None]:
        self.is_away = True
        yield
        self.is_away = False

    async def answer(self, request: httpx.Request) -> httpx.Response:
        is_about_token = request.url.path == "/v1/token"
        path = request.url.path.removeprefix("/v1/pcs").strip("/")
        if not is_about_token:
            self.calls.append(f"{request.method} {path}".strip())
        if self.is_mute:
            await asyncio.Event().wait()
        if self.is_away:
            raise httpx.ConnectError("connection refused")
        if script := self.token_responses if is_about_token else self.responses:
            scripted = script.pop(0)
            if isinstance(scripted, Exception):
                raise scripted
            return scripted
        return self._give_token(request) if is_about_token else self._serve(request, path)

    def forget_credentials(self) -> None:
        """Know all PCs, but none of their credentials any more."""
        self.credentials = dict.fromkeys(self.credentials, "")

    def change_key(self) -> None:
        """Accept none of the access tokens given so far."""
        self.token_requests.append({})

    def _give_token(self, request: httpx.Request) -> httpx.Response:
        self.token_requests.append(json.loads(request.content))
        if self.token_requests[-1] != {
            "client_id": CLIENT.client_id,
            "client_secret": CLIENT.secret,
        }:
            return httpx.Response(401, json={"detail": "unknown client, or wrong secret"})
        answer = {"access_token": self._token, "token_type": "Bearer"}
        return httpx.Response(200, json={**answer, "expires_in": self.token_lasts})

    @property
    def _token(self) -> str:
        return f"token-{len(self.token_requests)}"

    def _serve(self, request: httpx.Request, path: str) -> httpx.Response:
        presented = request.headers.get("Authorization", "")
        if not path:
            if presented != f"Bearer {self._token}":
                return httpx.Response(401, json={"detail": "the access token is not valid here"})
            return self._register(json.loads(request.content))
        mac, verb = path.split("/")
        if mac not in self.online:
            return httpx.Response(404, json={"title": "Not Found", "detail": "no such PC"})
        if presented != f"Bearer {self.credentials[mac]}":
            return httpx.Response(401, json={"detail": "the credential is not known"})
        self.online[mac] = verb == "keep-alive"
        if verb == "offline":
            return httpx.Response(204)
        return httpx.Response(200, json={"server_time": "now", "next_in_s": self.next_in_s})

    def _register(self, body: dict[str, str]) -> httpx.Response:
        mac = body["mac"]
        self.names[mac] = body["hostname"]
        self.online[mac] = True
        self.credentials[mac] = f"lpc_{len(self.calls)}"
        return httpx.Response(201, json={"credential": self.credentials[mac]})
