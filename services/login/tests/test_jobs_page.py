"""The page of jobs, by the accounts and the tokens of the service itself."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

import httpx
import pytest
import pytest_asyncio

import login.storage
from login.app import build_host_builder
from login.credentials.access_tokens import AccessTokenIssuer
from login.domain.accounts.user_name import UserName
from login.http.api import create_api
from loopjobs import Clock, Host, SystemClock
from loopjobs.testing import FakeClock
from servicekit.database import Database, Revisions
from servicekit.http_server import HttpServer
from servicekit.testing import PageVisit, Templates, TokenMint

from .access import trust
from .accounts.people import PASSWORD, People

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOB: Final = "PcDeleteJob"
JOBS: Final = (JOB, "PcKeepAliveJob", "TokenCleanupJob")
NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
WRONG: Final = "Name and password do not fit together."
SECRET: Final = "a-secret-of-forty-characters-of-chance-1"
DATABASE_PASSWORD: Final = "correct-donkey-battery"

NewVisit: TypeAlias = Callable[[], PageVisit]


@dataclass(frozen=True)
class Service:
    """One service for all tests of this file; each has people of its own."""

    host: Host
    people: People
    clock: Clock
    url: str

    async def headers(self, *scopes: str) -> dict[str, str]:
        """Return the headers of a program with these scopes."""
        issuer = await self.host.container.get(AccessTokenIssuer)
        token = await issuer.issue_for_client("probe", frozenset(scopes), self.clock.now())
        return {"Authorization": f"Bearer {token.text}"}

    def is_paused(self) -> bool:
        return self.host.jobs[JOB].status().is_paused


@pytest.fixture(scope="module")
def database_url(templates: Templates) -> Iterator[str]:
    revisions = Revisions.of(login.storage)
    with templates.migrated("sqlite", revisions) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Started; its jobs wait for longer than any test takes."""
    settings = {
        "Database": {"Url": database_url},
        "Http": {"Port": 0},
        "Tokens": {"KeysDirectory": str(tmp_path_factory.mktemp("keys"))},
        "Passwords": {"FailuresBeforeLock": 3},
        "RateLimits": {"SignInsPerMinuteAndUser": 5},
        **{job: {"InitialDelayInSeconds": 36_000} for job in JOBS},
    }
    host = build_host_builder(settings_files=[], settings=settings).build()
    clock = SystemClock()
    async with host:
        people = People(await host.container.get(Database), clock)
        yield Service(host, people, clock, (await host.container.get(HttpServer)).url)


@pytest_asyncio.fixture(loop_scope="module")
async def new_visit(service: Service) -> AsyncIterator[NewVisit]:
    async with AsyncExitStack() as clients:

        def new() -> PageVisit:
            client = httpx.AsyncClient(base_url=service.url)
            clients.push_async_callback(client.aclose)
            return PageVisit(client)

        yield new


async def test_an_operator_signs_in_and_acts(service: Service, new_visit: NewVisit) -> None:
    """From the sign-in to a pause and back; in Login itself no session is left of it."""
    user = await service.people.add("ada", "jobs:operate")
    visit = new_visit()
    sent_away = await visit.look()
    came_in = await visit.sign_in("ada", PASSWORD)
    paused = await visit.act(JOB, "pause")
    shown = await visit.look(f"/jobs/job/{JOB}")
    assert service.is_paused()
    await visit.act(JOB, "resume")
    assert not service.is_paused()
    assert sent_away.headers["location"].startswith("/jobs/sign-in")
    assert [each.status_code for each in (came_in, paused, shown)] == [303, 303, 200]
    assert f"ada (user:{user.id})" in shown.text
    assert all(session.revoked_at is not None for session in await service.people.sessions())


async def test_the_page_is_found_without_the_slash(service: Service) -> None:
    """Whoever types the name of it and no more is sent in, whatever prefix a proxy has put."""
    async with httpx.AsyncClient(base_url=service.url) as client:
        answer = await client.get("/jobs")
    assert (answer.status_code, answer.headers["location"]) == (307, "jobs/")


async def test_who_may_only_look_cannot_act(service: Service, new_visit: NewVisit) -> None:
    """The page is shown; an action is refused, asked for politely or not."""
    await service.people.add("victor", "jobs:view")
    visit = new_visit()
    await visit.sign_in("victor", PASSWORD)
    answers = [
        await visit.look(),
        await visit.act(JOB, "pause"),
        await visit.act_unasked(JOB, "pause"),
    ]
    assert [each.status_code for each in answers] == [200, 403, 403]
    assert not service.is_paused()


async def test_a_wrong_password_is_told_from_nothing_else(
    service: Service, new_visit: NewVisit
) -> None:
    """Unknown, wrong, closed, or no name at all: the same words, and nobody is in."""
    await service.people.add("bob", "jobs:operate")
    await service.people.add("carl", "jobs:operate")
    store, clock = service.people.store, service.clock
    await store.disable(UserName.parse("carl"), clock.now(), "test")
    visit = new_visit()
    attempts = (("nobody", PASSWORD), ("bob", "x"), ("carl", PASSWORD), ("no\0body", "x"))
    for name, password in attempts:
        answer = await visit.sign_in(name, password)
        assert (answer.status_code, WRONG in answer.text) == (401, True)
    assert (await visit.look()).status_code == 303


async def test_wrong_passwords_lock_the_account_here_as_anywhere(
    service: Service, new_visit: NewVisit
) -> None:
    """After the third even the right one is of no use, by form or by API."""
    await service.people.add("eve", "jobs:operate")
    visit = new_visit()
    for _ in range(3):
        await visit.sign_in("eve", "x")
    assert (await visit.sign_in("eve", PASSWORD)).status_code == 401
    async with httpx.AsyncClient(base_url=service.url) as client:
        body = {"username": "eve", "password": PASSWORD}
        assert (await client.post("/v1/login", json=body)).status_code == 401


async def test_sign_ins_are_counted_together(service: Service, new_visit: NewVisit) -> None:
    """Who has used up the rate of a name at the API gets no more of it on the page."""
    async with httpx.AsyncClient(base_url=service.url) as client:
        for _ in range(5):
            await client.post("/v1/login", json={"username": "mallory", "password": "x"})
    answer = await new_visit().sign_in("Mallory", "x")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 12


async def test_an_account_without_a_scope_is_refused_clearly(
    service: Service, new_visit: NewVisit
) -> None:
    """The password is right: it is told what is missing; and nobody is in."""
    await service.people.add("paul", "pcs:write")
    visit = new_visit()
    answer = await visit.sign_in("paul", PASSWORD)
    assert (answer.status_code, "jobs:view" in answer.text) == (403, True)
    assert (await visit.look()).status_code == 303


async def test_who_signs_out_is_out(service: Service, new_visit: NewVisit) -> None:
    """The page asks for a name again, the API for a token, the stream as well."""
    await service.people.add("grace", "jobs:operate")
    visit = new_visit()
    await visit.sign_in("grace", PASSWORD)
    assert (await visit.sign_out()).status_code == 303
    paths = ("/jobs/", "/jobs/api/jobs", "/jobs/events")
    assert [(await visit.look(path)).status_code for path in paths] == [303, 401, 401]


@pytest.mark.parametrize(
    ("scopes", "looks", "acts"),
    [
        (("jobs:operate",), 200, 200),
        (("jobs:view",), 200, 403),
        (("pcs:read", "pcs:write"), 403, 403),
        ((), 403, 403),
    ],
)
async def test_a_token_opens_what_its_scopes_say(
    service: Service, scopes: tuple[str, ...], looks: int, acts: int
) -> None:
    """One scope shows, the other one acts as well; without either it is told what is missing."""
    headers = await service.headers(*scopes) | {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as client:
        seen = await client.get("/jobs/api/jobs")
        acted = [
            await client.post(f"/jobs/api/jobs/{JOB}/{verb}", headers={"X-Loopjobs-Action": verb})
            for verb in ("pause", "resume")
        ]
    assert (seen.status_code, {each.status_code for each in acted}) == (looks, {acts})
    if looks == 403:
        assert "insufficient_scope" in seen.headers["www-authenticate"]
        assert "jobs:view" in seen.json()["detail"]


async def test_a_token_that_is_not_good_opens_nothing(service: Service) -> None:
    """401 with the reason, in the shape of a problem."""
    headers = {"Authorization": "Bearer lpc_of-a-pc"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as client:
        answer = await client.get("/jobs/api/jobs")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "invalid_token" in answer.headers["www-authenticate"]


async def test_no_page_shows_a_secret_of_the_settings(tmp_path: Path) -> None:
    """Neither the password of the database nor the secret of a client, on any route."""
    settings = {
        "Database": {"Url": f"postgresql://login:{DATABASE_PASSWORD}@db.example/login"},
        "Tokens": {"KeysDirectory": str(tmp_path / "keys")},
        "Clients": {"labs": {"Secret": SECRET, "Scopes": ["pcs:enroll"]}},
    }
    clock = FakeClock(now=NOON)
    mint = TokenMint(clock)
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    host = builder.add_provider(trust(mint, clock)).build()
    headers = mint.headers("user:7", "jobs:operate")
    transport = httpx.ASGITransport(create_api(host.container))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://login.test", headers=headers
    ) as client:
        shown = await PageVisit(client).everything(host.jobs)
    await host.container.close()
    assert JOB in shown
    assert [secret for secret in (DATABASE_PASSWORD, SECRET) if secret in shown] == []
