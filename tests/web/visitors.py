"""People who come to the page, as tests make them up."""

import re
from collections.abc import Mapping

import httpx
from starlette.requests import Request

from loopjobs.web import JobsApp, Visitor

ORIGIN = "http://jobs.test"
OPERATOR = {"Authorization": "Bearer operator-token"}
VIEWER = {"Authorization": "Bearer viewer-token"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "correct horse"


class Tokens:
    """An authorization by tokens, which can be taken back."""

    def __init__(self) -> None:
        self.visitors = {
            OPERATOR["Authorization"]: Visitor("olga", may_operate=True),
            VIEWER["Authorization"]: Visitor("victor"),
        }
        self.asked = 0

    async def __call__(self, request: Request, /) -> Visitor | None:
        self.asked += 1
        return self.visitors.get(request.headers.get("authorization", ""))


class Accounts:
    """A sign-in with two accounts."""

    def __init__(self) -> None:
        self.visitors = {"olga": Visitor("olga", may_operate=True), "victor": Visitor("victor")}
        self.attempts: list[tuple[str, str]] = []

    async def __call__(self, name: str, password: str, /) -> Visitor | None:
        self.attempts.append((name, password))
        return self.visitors.get(name) if password == PASSWORD else None


def browser(
    app: JobsApp, headers: Mapping[str, str] | None = None, base_url: str = ORIGIN
) -> httpx.AsyncClient:
    """Return a client that comes from the page itself, follows nothing, and keeps cookies."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url=base_url,
        headers={**OWN_PAGE, **(headers or {})},
    )


def csrf_in(text: str) -> str:
    """Return the token in the form of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', text)
    assert found is not None, "there is no form with a token"
    return found[1]


async def sign_in(
    client: httpx.AsyncClient, name: str = "olga", password: str = PASSWORD, **fields: str
) -> httpx.Response:
    """Fill in the form of the sign-in page, and send it."""
    token = csrf_in((await client.get("/sign-in")).text)
    form = {"name": name, "password": password, "csrf": token, **fields}
    return await client.post("/sign-in", data=form)
