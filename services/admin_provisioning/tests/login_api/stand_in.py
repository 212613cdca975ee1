"""A Login service that answers as the contract says, behind `httpx.MockTransport`."""

import json
from collections.abc import Callable
from http import HTTPStatus

import httpx

SECRET = "the-client's-secret"
LIFETIME = 600


def problem(status: HTTPStatus, detail: str, **more: object) -> httpx.Response:
    body = {"title": status.phrase, "status": status, "detail": detail, **more}
    return httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json"})


class StandIn:
    """Issues tokens, and keeps PCs by MAC address."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.sign_ins = 0
        self.accepted: set[str] = set()
        self.answer_instead: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
        self._pcs: dict[str, dict[str, object]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = json.loads(request.content) if request.content else {}
        instead = self.answer_instead(request)
        if instead is not None:
            return instead
        if request.url.path == "/v1/token":
            return self._sign_in(body)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.accepted:
            return problem(HTTPStatus.UNAUTHORIZED, "this token is not good")
        return self._serve(request.method, request.url.path.rpartition("/")[2], body)

    def _sign_in(self, body: dict[str, object]) -> httpx.Response:
        if body != {"client_id": "admin-provisioning", "client_secret": SECRET}:
            return problem(HTTPStatus.UNAUTHORIZED, "who are you?")
        self.sign_ins += 1
        token = f"token-{self.sign_ins}"
        self.accepted = {token}
        return httpx.Response(
            200, json={"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME}
        )

    def _serve(self, method: str, mac: str, body: dict[str, object]) -> httpx.Response:
        if len(str(body.get("hostname", ""))) > 253:
            error = {"detail": "is too long", "pointer": "#/hostname"}
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "see errors", errors=[error])
        pc = self._pcs.get(mac)
        if method == "PUT":
            return self._put(mac, pc, body)
        if pc is None:
            return problem(HTTPStatus.NOT_FOUND, "no PC has this MAC address")
        if method == "DELETE":
            pc["removed"] = True
            return httpx.Response(HTTPStatus.NO_CONTENT)
        if pc["removed"]:
            return problem(HTTPStatus.GONE, "an administrator removed this PC")
        return httpx.Response(200, json=pc | body)

    def _put(
        self, mac: str, pc: dict[str, object] | None, body: dict[str, object]
    ) -> httpx.Response:
        status = HTTPStatus.CREATED if pc is None else HTTPStatus.OK
        known = pc or {"id": len(self._pcs) + 1}
        self._pcs[mac] = known | body | {"removed": False}
        return httpx.Response(status, json=self._pcs[mac])
