"""The route that Prometheus reads."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import httpx
import pytest
from dishka import Provider, Scope
from dishka.integrations.fastapi import setup_dishka

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions
from loopjobs.telemetry import add_telemetry
from loopjobs.testing import FakeClock
from servicekit.metrics import create_metrics_router
from servicekit.problems import ProblemApi
from servicekit.testing import TokenMint
from servicekit.tokens import TokenOptions, TokenVerifier

Serving: TypeAlias = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def idle(ct: CancellationToken) -> None:
    """Do nothing."""


@pytest.fixture
def scraper(mint: TokenMint) -> dict[str, str]:
    return mint.headers("client:prometheus", "metrics:read")


@pytest.fixture
def serving(clock: FakeClock, mint: TokenMint) -> Serving:
    """Serve the metrics of a host with one job."""

    @asynccontextmanager
    async def serve(**telemetry: object) -> AsyncIterator[httpx.AsyncClient]:
        provider = Provider(scope=Scope.APP)
        verifier = TokenVerifier(mint, TokenOptions(), clock)
        provider.provide(lambda: verifier, provides=TokenVerifier)
        settings = {"idle": {"IntervalInSeconds": 10}, "Telemetry": telemetry}
        builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
        add_telemetry(builder).add_provider(provider).add_loop_job(idle, LoopJobOptions)
        app = ProblemApi("Measured", "1")
        app.include_router(create_metrics_router())
        host = builder.build()
        setup_dishka(host.container, app)
        transport = httpx.ASGITransport(app)
        async with host, httpx.AsyncClient(transport=transport, base_url="http://kit.test") as http:
            await clock.advance(5)
            yield http

    return serve


async def test_who_may_read_metrics_reads_them(serving: Serving, scraper: dict[str, str]) -> None:
    """In the format that is asked for, and out of no cache."""
    async with serving() as client:
        plain = await client.get("/metrics", headers=scraper)
        accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
        modern = await client.get("/metrics", headers=scraper | accept)
    assert (plain.status_code, modern.status_code) == (200, 200)
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert modern.headers["content-type"].startswith("application/openmetrics-text; version=")
    assert 'periodic_job_interval_seconds{job_name="idle"} 10.0' in plain.text
    assert plain.headers["cache-control"] == "no-store"


async def test_others_may_not(serving: Serving, mint: TokenMint) -> None:
    """The names of jobs, and how they fare, are nobody's business without the scope."""
    other = mint.headers("user:7", "jobs:operate")
    async with serving() as client:
        refused = await client.get("/metrics", headers=other)
        unknown = await client.get("/metrics")
    assert (refused.status_code, unknown.status_code) == (403, 401)
    assert "idle" not in refused.text + unknown.text


async def test_metrics_that_are_switched_off_are_not_found(
    serving: Serving, scraper: dict[str, str]
) -> None:
    """And the answer says which switch it was."""
    async with serving(Prometheus=False) as client:
        answer = await client.get("/metrics", headers=scraper)
    assert answer.status_code == 404
    assert "Telemetry:Prometheus" in answer.json()["detail"]
