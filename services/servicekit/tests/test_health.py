"""The routes of health: for everybody, and for operators."""

from collections.abc import AsyncIterator

import httpx
import pytest
from dishka import Provider, Scope
from dishka.integrations.fastapi import setup_dishka

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions
from loopjobs.health import HealthChecks, Watchdog, WatchdogOptions
from loopjobs.testing import FakeClock
from servicekit.health import create_health_router
from servicekit.problems import ProblemApi
from servicekit.testing import TokenMint
from servicekit.tokens import TokenOptions, TokenVerifier


async def broken(ct: CancellationToken) -> None:
    raise ConnectionError("password hunter2 was refused")


@pytest.fixture
def host(clock: FakeClock, mint: TokenMint) -> Host:
    provider = Provider(scope=Scope.APP)
    provider.provide(HealthChecks)
    verifier = TokenVerifier(mint, TokenOptions(), clock)
    provider.provide(lambda: verifier, provides=TokenVerifier)
    builder = HostBuilder(
        settings_files=(), settings={"broken:IntervalInSeconds": 10}, clock=clock
    ).add_provider(provider)
    builder.add_options(WatchdogOptions, "Watchdog").add_hosted_service(Watchdog)
    return builder.add_loop_job(broken, LoopJobOptions).build()


@pytest.fixture
async def client(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    app = ProblemApi("Healthy", "1")
    app.include_router(create_health_router())
    setup_dishka(host.container, app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kit.test") as client:
        yield client


@pytest.fixture
def operator(mint: TokenMint) -> dict[str, str]:
    return mint.headers("user:7", "jobs:operate")


async def test_everybody_may_ask_whether_it_lives_and_is_ready(
    host: Host, client: httpx.AsyncClient
) -> None:
    """Before the start it lives, and is not ready."""
    paths = ("/health/live", "/health/ready")
    before = [(await client.get(path)).status_code for path in paths]
    async with host:
        now = [await client.get(path) for path in paths]
        heads = [await client.head(path) for path in paths]
        assert (await client.post("/health/live")).status_code == 405
    assert before == [200, 503]
    assert [each.status_code for each in (*now, *heads)] == [200] * 4
    assert now[1].json() == {"status": "healthy", "reason": "The host has started."}
    assert {each.headers["cache-control"] for each in (*now, *heads)} == {"no-store"}


async def test_operators_are_shown_each_job(
    host: Host, client: httpx.AsyncClient, clock: FakeClock, operator: dict[str, str]
) -> None:
    """Degraded is 200, unhealthy 503; no message of an error is told."""
    async with host:
        await clock.advance(5)
        degraded = await client.get("/health/jobs", headers=operator)
        await clock.advance(20)
        unhealthy = await client.get("/health/jobs", headers=operator)
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    assert (unhealthy.status_code, unhealthy.headers["cache-control"]) == (503, "no-store")
    assert unhealthy.json() == {
        "status": "unhealthy",
        "live": True,
        "ready": True,
        "blockages": 0,
        "last_blockage": None,
        "jobs": {
            "broken": {
                "status": "unhealthy",
                "reason": "The last 3 runs failed with ConnectionError; unhealthy from 3.",
                "state": "waiting",
                "last_success_age": None,
                "consecutive_failures": 3,
            }
        },
    }


async def test_viewers_are_shown_each_job(client: httpx.AsyncClient, mint: TokenMint) -> None:
    """To look at jobs one need not be allowed to act on them."""
    answer = await client.get("/health/jobs", headers=mint.headers("user:8", "jobs:view"))
    assert list(answer.json()["jobs"]) == ["broken"]


async def test_others_are_shown_no_job(client: httpx.AsyncClient, mint: TokenMint) -> None:
    """The names of jobs are nobody's business without the scope."""
    other = mint.headers("user:7", "pcs:read", "provisioning:write")
    refused = await client.get("/health/jobs", headers=other)
    unknown = await client.get("/health/jobs")
    assert (refused.status_code, unknown.status_code) == (403, 401)
    assert "broken" not in refused.text + unknown.text


async def test_a_no_is_in_the_document(client: httpx.AsyncClient) -> None:
    """503 may be an answer, and for operators a refusal as well."""
    paths = (await client.get("/openapi.json")).json()["paths"]
    unavailable = {path: each["get"]["responses"]["503"]["content"] for path, each in paths.items()}
    assert {path: sorted(content) for path, content in unavailable.items()} == {
        "/health/live": ["application/json"],
        "/health/ready": ["application/json"],
        "/health/jobs": ["application/json", "application/problem+json"],
    }
    schema = unavailable["/health/jobs"]["application/json"]["schema"]
    assert (
        schema
        == paths["/health/jobs"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    )
