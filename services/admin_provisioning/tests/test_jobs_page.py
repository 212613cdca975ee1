"""The page of jobs, by the accounts that the Login service has."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import httpx
import pytest
import pytest_asyncio
from dishka import Provider, Scope

from admin_provisioning.app import build_host_builder
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.http.api import create_api
from loopjobs import Host
from loopjobs.testing import FakeClock
from servicekit.testing import PageVisit, TokenMint
from servicekit.tokens import JwksDocument

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD: Final = "correct horse battery"
CLIENT_SECRET: Final = "a-secret-of-forty-characters-of-chance-1"
DATABASE_PASSWORD: Final = "correct-donkey-battery"
SETTINGS: Final = {
    "Database": {"Url": f"postgresql://bulk:{DATABASE_PASSWORD}@db.example/bulk"},
    "Login": {"Url": "http://login.test", "ClientSecret": CLIENT_SECRET},
}
PEOPLE: Final = {"ada": ("jobs:operate",), "victor": ("jobs:view",), "paul": ("pcs:write",)}
WRONG: Final = "Name and password do not fit together."


class FakeLogin:
    """Knows three people, and which of their sessions go on."""

    def __init__(self, mint: TokenMint) -> None:
        self._mint = mint
        self.sessions: dict[str, str] = {}
        self.answer_instead: httpx.Response | Exception | None = None
        self.signs_out = True

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self.answer_instead, Exception):
            raise self.answer_instead
        match request.url.path:
            case "/v1/login" if self.answer_instead is not None:
                return self.answer_instead
            case "/v1/login":
                return self._sign_in(json.loads(request.content))
            case "/v1/logout" if self.signs_out:
                del self.sessions[request.headers["authorization"].removeprefix("Bearer ")]
                return httpx.Response(HTTPStatus.NO_CONTENT)
            case "/.well-known/jwks.json":
                key = await self._mint.find("test-key")
                assert key is not None
                return httpx.Response(200, content=JwksDocument.of([key]).model_dump_json())
        return httpx.Response(HTTPStatus.SERVICE_UNAVAILABLE)

    def _sign_in(self, body: dict[str, str]) -> httpx.Response:
        name = body["username"]
        if name not in PEOPLE or body["password"] != PASSWORD:
            return httpx.Response(HTTPStatus.UNAUTHORIZED)
        token = self._mint.issue(f"user:{list(PEOPLE).index(name) + 1}", *PEOPLE[name])
        self.sessions[token] = name
        return httpx.Response(200, json={"access_token": token, "expires_in": 600})


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock(now=datetime(2026, 11, 24, 8, tzinfo=UTC))


@pytest.fixture(scope="module")
def mint(clock: FakeClock) -> TokenMint:
    return TokenMint(clock)


@pytest.fixture(scope="module")
def login_of_all(mint: TokenMint) -> FakeLogin:
    return FakeLogin(mint)


@pytest.fixture
def login(login_of_all: FakeLogin) -> Iterator[FakeLogin]:
    """The Login service of this test, in good order at its beginning."""
    login_of_all.sessions.clear()
    yield login_of_all
    login_of_all.answer_instead, login_of_all.signs_out = None, True


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(clock: FakeClock, login_of_all: FakeLogin) -> AsyncIterator[Host]:
    """The service with a real Login in front of it, but for the network; not started."""
    http = httpx.AsyncClient(
        base_url="http://login.test", transport=httpx.MockTransport(login_of_all)
    )
    network = Provider(scope=Scope.APP)
    network.provide(lambda: http, provides=httpx.AsyncClient)
    builder = build_host_builder(settings_files=[], settings=SETTINGS, clock=clock)
    host = builder.add_provider(network).build()
    yield host
    await host.container.close()


@pytest.fixture(scope="module")
def transport(host: Host) -> httpx.ASGITransport:
    limits = BulkJobLimits(max_rows=1_000, max_bytes=100_000, max_unfinished_per_owner=3)
    return httpx.ASGITransport(create_api(host.container, limits))


@pytest_asyncio.fixture(loop_scope="module")
async def client(
    transport: httpx.ASGITransport, clock: FakeClock
) -> AsyncIterator[httpx.AsyncClient]:
    # Those before have used up some of the attempts.
    await clock.advance(300)
    async with httpx.AsyncClient(transport=transport, base_url="http://bulk.test") as client:
        yield client


@pytest.fixture
def visit(client: httpx.AsyncClient) -> PageVisit:
    return PageVisit(client)


@pytest.mark.parametrize(("name", "acts"), [("ada", 409), ("victor", 403)])
async def test_whom_login_knows_gets_in_and_leaves_no_session_there(
    visit: PageVisit, login: FakeLogin, name: str, acts: int
) -> None:
    """An operator acts (this host has nothing to pause, for it has not started); others look."""
    came_in = await visit.sign_in(name, PASSWORD)
    shown = await visit.look()
    acted = await visit.act_unasked("BulkJobWorker", "pause")
    assert (came_in.status_code, shown.status_code, acted.status_code) == (303, 200, acts)
    assert f"{name} (user:" in shown.text
    assert login.sessions == {}


async def test_a_wrong_password_is_told_from_nothing_else(
    visit: PageVisit, login: FakeLogin
) -> None:
    """What Login refuses, and what it finds no name at all, is the same."""
    answers = [await visit.sign_in("ada", "x"), await visit.sign_in("nobody", PASSWORD)]
    login.answer_instead = httpx.Response(HTTPStatus.UNPROCESSABLE_ENTITY)
    answers.append(await visit.sign_in("no\0body", PASSWORD))
    assert [(each.status_code, WRONG in each.text) for each in answers] == [(401, True)] * 3
    assert (await visit.look()).status_code == 303


async def test_an_account_without_a_scope_is_refused_clearly(
    visit: PageVisit, login: FakeLogin
) -> None:
    """The password is right: it is told what is missing; nobody is in, and no session is left."""
    answer = await visit.sign_in("paul", PASSWORD)
    assert (answer.status_code, "jobs:view" in answer.text) == (403, True)
    assert (await visit.look()).status_code == 303
    assert login.sessions == {}


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused by 10.1.2.3"),
        httpx.Response(HTTPStatus.BAD_GATEWAY),
        httpx.Response(HTTPStatus.INTERNAL_SERVER_ERROR),
        httpx.Response(HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "17"}),
        httpx.Response(HTTPStatus.NOT_FOUND),
        httpx.Response(HTTPStatus.OK, content="<html>"),
    ],
)
async def test_without_login_it_is_said_so_until_it_is_back(
    visit: PageVisit, login: FakeLogin, trouble: httpx.Response | Exception
) -> None:
    """503 with the reason for people, and without the address; then all goes as before."""
    login.answer_instead = trouble
    answer = await visit.sign_in("ada", PASSWORD)
    login.answer_instead = None
    is_told_when = isinstance(trouble, httpx.Response) and "retry-after" in trouble.headers
    assert (answer.status_code, "The Login service" in answer.text) == (503, True)
    assert answer.headers["retry-after"] == ("17" if is_told_when else "2")
    assert "10.1.2.3" not in answer.text
    assert (await visit.sign_in("ada", PASSWORD)).status_code == 303


async def test_who_is_in_stays_in_while_login_is_away(visit: PageVisit, login: FakeLogin) -> None:
    """At three in the morning the page must not need the service that is in trouble."""
    await visit.sign_in("ada", PASSWORD)
    login.answer_instead = httpx.ConnectError("refused")
    assert (await visit.look()).status_code == 200


async def test_a_session_that_cannot_be_ended_keeps_nobody_out(
    visit: PageVisit, login: FakeLogin, caplog: pytest.LogCaptureFixture
) -> None:
    """Login breaks between the sign-in and the sign-out: a warning, and the page."""
    login.signs_out = False
    assert (await visit.sign_in("ada", PASSWORD)).status_code == 303
    (record,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert "was not ended" in record.getMessage()


async def test_a_token_of_another_issuer_is_told_in_the_log(
    visit: PageVisit, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Both services are set up otherwise: the page is away, and the log says what to compare."""
    token = TokenMint(clock).issue("user:1", "jobs:operate")
    body = {"access_token": token, "expires_in": 600}
    login.answer_instead = httpx.Response(HTTPStatus.OK, json=body)
    login.signs_out = False
    assert (await visit.sign_in("ada", PASSWORD)).status_code == 503
    assert "Tokens:Issuer" in caplog.text


@pytest.mark.parametrize(
    ("scopes", "looks", "acts"),
    [(("jobs:operate",), 200, 409), (("jobs:view",), 200, 403), (("pcs:read",), 403, 403)],
)
async def test_a_token_opens_what_its_scopes_say(
    client: httpx.AsyncClient,
    login: FakeLogin,
    mint: TokenMint,
    scopes: tuple[str, ...],
    looks: int,
    acts: int,
) -> None:
    """As at Login."""
    headers = mint.headers("client:probe", *scopes) | {"Sec-Fetch-Site": "same-origin"}
    seen = await client.get("/jobs/api/jobs", headers=headers)
    action = {"X-Loopjobs-Action": "pause"}
    acted = await client.post("/jobs/api/jobs/BulkJobWorker/pause", headers=headers | action)
    assert (seen.status_code, acted.status_code) == (looks, acts)


async def test_no_page_shows_a_secret_of_the_settings(
    client: httpx.AsyncClient, mint: TokenMint, login: FakeLogin, host: Host
) -> None:
    """Neither the password of the database nor our secret at Login, on any route."""
    client.headers.update(mint.headers("user:7", "jobs:operate"))
    shown = await PageVisit(client).everything(host.jobs)
    assert "BulkJobWorker" in shown
    assert [secret for secret in (DATABASE_PASSWORD, CLIENT_SECRET) if secret in shown] == []
