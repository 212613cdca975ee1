"""What people decide about PcDeleteJob, over HTTP."""

from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from dishka import Provider, Scope

from login.app import build_host_builder
from login.domain.retirement_brake import JOB, HoldBoard, RetirementHold
from login.http.api import create_api
from login.storage.acknowledgements import SqlAcknowledgementStore
from loopjobs import Clock, Host, SystemClock
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.http_server import HttpServer
from servicekit.testing import TokenMint
from servicekit.testing.fixtures import on_sqlite
from servicekit.tokens import TokenOptions, TokenVerifier

from .lab import DAY, Lab

PATH = "/v1/jobs/pc-delete"


@pytest.fixture
def operator(mint: TokenMint) -> dict[str, str]:
    return mint.headers("user:7", "jobs:operate")


def build_host(url: str, clock: Clock, mint: TokenMint) -> Host:
    """Put the service together on a database; its jobs run by hand only."""
    verifier = Provider(scope=Scope.APP)
    verifier.provide(lambda: TokenVerifier(mint, TokenOptions(), clock), provides=TokenVerifier)
    later = {"InitialDelayInSeconds": 36_000}
    settings = {
        "Database": {"Url": url},
        "Http": {"Port": 0},
        "PcDeleteJob": {**later, "BatchPauseInMilliseconds": 0},
        "PcKeepAliveJob": later,
    }
    builder = build_host_builder(settings_files=[], settings=settings, clock=clock)
    return builder.add_provider(verifier).build()


@pytest.fixture
def host(database_url: str, clock: FakeClock, mint: TokenMint) -> Host:
    """The service on the test's database; not started, for its API needs no socket."""
    return build_host(database_url, clock, mint)


@pytest.fixture
async def client(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_api(host.container))
    async with httpx.AsyncClient(transport=transport, base_url="http://login.test") as client:
        yield client
    await host.container.close()


async def test_an_operator_acknowledges_for_a_day(
    client: httpx.AsyncClient,
    operator: dict[str, str],
    lab: Lab,
    acknowledgements: SqlAcknowledgementStore,
    clock: FakeClock,
) -> None:
    """200 with who it was and until when it holds; the audit tells of it."""
    response = await client.post(f"{PATH}/acknowledge", headers=operator)
    body = response.json()
    assert (response.status_code, body["acknowledged_by"]) == (200, "user:7")
    assert datetime.fromisoformat(body["acknowledged_at"]) == clock.now()
    assert datetime.fromisoformat(body["expires_at"]) == clock.now() + DAY
    kept = await acknowledgements.find(JOB, clock.now())
    assert kept is not None
    assert (kept.by, kept.expires_at) == ("user:7", clock.now() + DAY)
    (row,) = await lab.audit_rows()
    assert (row.action, row.actor, row.at) == ("job.acknowledged", "user:7", clock.now())
    assert row.details == {"job": "PcDeleteJob", "expires_at": "2026-11-25T08:00:00+00:00"}


async def test_acknowledging_again_begins_another_day(
    client: httpx.AsyncClient, mint: TokenMint, clock: FakeClock
) -> None:
    """The newer one counts, by whomever it was."""
    await client.post(f"{PATH}/acknowledge", headers=mint.headers("user:7", "jobs:operate"))
    await clock.advance(60)
    again = await client.post(f"{PATH}/acknowledge", headers=mint.headers("user:8", "jobs:operate"))
    shown = (await client.get(PATH, headers=mint.headers("user:7", "jobs:operate"))).json()
    assert shown == {"held": None, "acknowledgement": again.json()}
    assert again.json()["acknowledged_by"] == "user:8"


async def test_what_holds_the_job_is_shown(
    client: httpx.AsyncClient, operator: dict[str, str], host: Host, clock: FakeClock
) -> None:
    """As the last run found it."""
    board = await host.container.get(HoldBoard)
    board.hold = RetirementHold(clock.now(), candidates=300, live=1_000, max_fraction=0.2)
    body = (await client.get(PATH, headers=operator)).json()
    assert datetime.fromisoformat(body["held"].pop("since")) == clock.now()
    assert body == {
        "held": {"candidates": 300, "pcs": 1_000, "max_fraction": 0.2},
        "acknowledgement": None,
    }


@on_sqlite
@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("POST", f"{PATH}/acknowledge")])
async def test_only_operators_decide_about_jobs(
    client: httpx.AsyncClient, mint: TokenMint, lab: Lab, method: str, path: str
) -> None:
    """401 without an access token, 403 with one for other things; nothing is written."""
    nobody = await client.request(method, path)
    reader = await client.request(method, path, headers=mint.headers("user:7", "pcs:write"))
    assert (nobody.status_code, reader.status_code) == (401, 403)
    assert await lab.audit() == []


@on_sqlite
async def test_a_viewer_looks_and_does_not_decide(
    client: httpx.AsyncClient, mint: TokenMint, lab: Lab
) -> None:
    """The scope to look at jobs shows what holds one, and lets none go on."""
    viewer = mint.headers("user:8", "jobs:view")
    assert (await client.get(PATH, headers=viewer)).status_code == 200
    assert (await client.post(f"{PATH}/acknowledge", headers=viewer)).status_code == 403
    assert await lab.audit() == []


async def test_the_job_and_the_endpoints_know_of_each_other(
    database_url: str, database: Database
) -> None:
    """In the service as it is put together: held, shown, acknowledged, done; with the run's id."""
    clock = SystemClock()
    mint, lab = TokenMint(clock), Lab(database, clock)
    host = build_host(database_url, clock, mint)
    await lab.add(60)
    async with host:
        server = await host.container.get(HttpServer)
        headers = mint.headers("user:7", "jobs:operate")
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            held = await host.jobs["PcDeleteJob"].trigger()
            shown = (await client.get(PATH)).json()
            await client.post(f"{PATH}/acknowledge")
            done = await host.jobs["PcDeleteJob"].trigger()
            after = (await client.get(PATH)).json()
    nothing = dict.fromkeys(("retired", "purged", "skipped_race", "failed"), 0)
    assert held.reported == {**nothing, "remaining": 60, "held": 1}
    assert shown["held"]["candidates"] == 60
    assert done.reported == {**nothing, "retired": 60, "remaining": 0, "held": 0}
    assert after == {"held": None, "acknowledgement": None}
    assert {row.run_id for row in await lab.audit_rows() if row.pc_id} == {done.run_id}
