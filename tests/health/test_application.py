"""The ASGI application: three paths, their codes, alone or mounted."""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from loopjobs import CancellationToken, Host
from loopjobs.health import ASGIApplication, health_app
from loopjobs.testing import FakeClock

from .kennel import Kennel

Build = Callable[..., Host]
PATHS = ["/health/live", "/health/ready", "/health/jobs"]


async def quick(ct: CancellationToken) -> None:
    pass


async def broken(ct: CancellationToken) -> None:
    raise ConnectionError("password hunter2 was refused")


def client_of(app: Any) -> httpx.AsyncClient:  # noqa: ANN401 - any ASGI application
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def ask_at_once(app: ASGIApplication, path: str) -> tuple[object, str]:
    """Send a request without letting the event loop serve anything else."""
    sent: list[MutableMapping[str, object]] = []

    async def receive() -> MutableMapping[str, object]:
        raise NotImplementedError

    async def send(message: MutableMapping[str, object]) -> None:
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": path}, receive, send)
    start, body = sent
    return start["status"], str(body["body"])


@pytest.mark.parametrize("path", PATHS)
async def test_a_host_that_is_well_says_so(build: Build, path: str) -> None:
    """With 200, in JSON that nobody keeps."""
    host = build(quick)
    async with host, client_of(health_app(host)) as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
async def test_head_says_the_same_without_a_body(build: Build, path: str) -> None:
    """The length is that of the body which GET gives."""
    host = build(quick)
    async with client_of(health_app(host)) as client:
        head, get = await client.head(path), await client.get(path)
        assert (head.status_code, head.headers, head.content) == (
            get.status_code,
            get.headers,
            b"",
        )
        assert int(head.headers["content-length"]) == len(get.content) > 0


async def test_a_host_that_does_not_run_is_not_ready(build: Build) -> None:
    """But alive: a restart would not help."""
    host = build(quick)
    async with client_of(health_app(host)) as client:
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (
            503,
            {"status": "unhealthy", "reason": "The host has not started, or it stops."},
        )
        assert (await client.get("/health/live")).status_code == 200


async def test_a_host_that_is_blocked_is_not_alive(build: Build, kennel: Kennel) -> None:
    """Who asks meanwhile is told where; it is shown afterwards, too, but not with its stack."""
    host = build(kennel.watchdog)
    app = health_app(host)
    async with host, client_of(app) as client:
        kennel.call()
        kennel.block(6)
        # In one step of this task: the event loop serves nobody before the answer is there.
        code, text = await ask_at_once(app, "/health/live")
        assert code == 503
        assert "blocked for 6.0 s in " in text
        await asyncio.sleep(0)
        jobs = await client.get("/health/jobs")
        last = jobs.json()["last_blockage"]
        assert (jobs.status_code, jobs.json()["blockages"], last["duration"]) == (200, 1, 6)
        assert (last["began_at"], last["is_over"]) == ("2026-01-01T00:00:00+00:00", True)
        assert "kennel.block" not in jobs.text


async def test_degraded_is_200_and_unhealthy_503(build: Build, clock: FakeClock) -> None:
    """As in ASP.NET; the job is named with what ails it, and no message of an error is told."""
    host = build(broken, quick)
    async with host, client_of(health_app(host)) as client:
        await clock.advance(5)
        degraded = await client.get("/health/jobs")
        await clock.advance(20)
        unhealthy = await client.get("/health/jobs")
        live = await client.get("/health/live")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    assert (unhealthy.status_code, unhealthy.json()["status"]) == (503, "unhealthy")
    assert unhealthy.json()["jobs"] == {
        "broken": {
            "status": "unhealthy",
            "reason": "The last 3 runs failed with ConnectionError; unhealthy from 3.",
            "state": "waiting",
            "last_success_age": None,
            "consecutive_failures": 3,
        },
        "quick": {
            "status": "healthy",
            "reason": "The last run succeeded 5 s ago.",
            "state": "waiting",
            "last_success_age": 5,
            "consecutive_failures": 0,
        },
    }
    assert live.status_code == 200, "a restart does not cure a job"


@pytest.mark.parametrize("path", ["/", "/health", "/health/", "/health/live/", "/live", "/x"])
async def test_other_paths_are_not_found(build: Build, path: str) -> None:
    """Only the three are there."""
    async with client_of(health_app(build(quick))) as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_not_allowed(build: Build, method: str) -> None:
    """And the answer says which are."""
    async with client_of(health_app(build(quick))) as client:
        answer = await client.request(method, "/health/live")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("kind", [FastAPI, Starlette])
@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("", "/health/live"),
        ("/health", "/health/live"),
        ("/ops", "/ops/health/live"),
        ("/ops/health", "/ops/health/live"),
    ],
)
async def test_it_can_be_mounted(
    build: Build, kind: Callable[..., Any], place: str, path: str
) -> None:
    """At the root, at its own path, or below another."""
    host = build(quick)
    app = kind(lifespan=host.lifespan, routes=[Mount(place, health_app(host))])
    async with app.router.lifespan_context(app), client_of(app) as client:
        assert (await client.get(path)).json()["reason"] == "The loops are being served."
        assert (await client.get(f"{path}/x")).status_code == 404


async def test_anything_but_http_is_refused(build: Build) -> None:
    """A server takes that for: there is no lifespan, there are no web sockets."""

    async def receive() -> dict[str, object]:
        raise NotImplementedError

    async def send(message: object) -> None:
        raise NotImplementedError

    app = health_app(build(quick))
    with pytest.raises(RuntimeError, match="serves http only, not lifespan"):
        await app({"type": "lifespan"}, receive, send)
