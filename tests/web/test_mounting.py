"""Served alone or mounted, at any prefix."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from loopjobs import Host
from loopjobs.web import JobsApp, Visitor, create_jobs_app

from .visitors import OPERATOR, ORIGIN, OWN_PAGE, Tokens, csrf_in


def client_of(app: Any, root_path: str = "") -> httpx.AsyncClient:  # noqa: ANN401 - any ASGI application
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, root_path=root_path),
        base_url=ORIGIN,
        headers={**OPERATOR, **OWN_PAGE},
    )


async def walk(client: httpx.AsyncClient, root: str) -> None:
    """Go wherever the pages lead, and act."""
    overview = await client.get(f"{root}/")
    assert overview.status_code == 200
    links = set(re.findall(r'\s(?:href|src|action)="([^"#]+)"', overview.text))
    assert f"{root}/static/page.css" in links
    assert f"{root}/job/quick" in links
    for link in sorted(links):
        assert link.startswith(f"{root}/")
        assert (await client.get(link)).status_code == 200, link
    token = csrf_in((await client.get(f"{root}/job/quick/pause")).text)
    answer = await client.post(f"{root}/job/quick/pause", data={"csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{root}/job/quick")
    assert (await client.get(f"{root}/api/jobs/quick")).json()["is_paused"] is True


@pytest.mark.parametrize("kind", [FastAPI, Starlette])
@pytest.mark.parametrize("root", ["", "/jobs", "/ops/my jobs"])
async def test_it_can_be_mounted(
    host: Host, app: JobsApp, kind: Callable[..., Any], root: str
) -> None:
    """In a framework; all links lead below the prefix, percent-encoded."""
    outer = kind(lifespan=host.lifespan, routes=[Mount(root, app)])
    async with outer.router.lifespan_context(outer), client_of(outer) as client:
        await walk(client, root.replace(" ", "%20"))


@pytest.mark.parametrize("root", ["", "/jobs"])
async def test_it_can_be_served_alone(host: Host, app: JobsApp, root: str) -> None:
    """By a server, behind a proxy that says where."""
    async with host, client_of(app, root_path=root) as client:
        await walk(client, root)


async def test_a_mount_that_takes_any_path_makes_no_host_of_it(app: JobsApp) -> None:
    """What follows two slashes would be another site, to which a sign-in leads."""
    outer = Starlette(routes=[Mount("/{tenant:path}/jobs", app)])
    async with client_of(outer) as client:
        del client.headers["Authorization"]
        answer = await client.get("http://jobs.test//elsewhere.test/jobs/")
        assert answer.headers["location"] == "/elsewhere.test/jobs/sign-in?next=%2F"
        page = await client.get("http://jobs.test//elsewhere.test/jobs/sign-in")
        assert '="//' not in page.text


async def test_the_prefix_alone_leads_to_the_page(host: Host, app: JobsApp) -> None:
    """Who leaves out the slash is led on by the framework."""
    outer = Starlette(lifespan=host.lifespan, routes=[Mount("/jobs", app)])
    async with outer.router.lifespan_context(outer), client_of(outer) as client:
        answer = await client.get("/jobs", follow_redirects=True)
        assert (answer.status_code, answer.url.path) == (200, "/jobs/")


async def test_the_framework_around_it_answers_for_nothing_of_it(
    host: Host, tokens: Tokens
) -> None:
    """Neither its error handlers nor its slashes; and an authorization sees what it keeps."""

    async def rude(request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse("rude")

    async def ask(request: Request) -> Visitor | None:
        assert request.app.state.knows == "everybody"
        return Visitor("olga")

    handlers: Any = {404: rude, 405: rude, Exception: rude}
    jobs = Mount("/jobs", create_jobs_app(host, authorization=ask))
    outer = Starlette(routes=[jobs], exception_handlers=handlers)
    outer.state.knows = "everybody"
    async with client_of(outer) as client:
        for path, status in (("/jobs/nothing", 404), ("/jobs/api/jobs/", 404), ("/jobs/", 200)):
            answer = await client.get(path)
            assert (answer.status_code, answer.text == "rude") == (status, False)
        assert (await client.delete("/jobs/")).status_code == 405


async def test_a_lifespan_and_web_sockets_do_no_harm(app: JobsApp) -> None:
    """A server that serves it alone asks for the first; somebody may try the second."""
    sent: list[str] = []
    received = iter(
        [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}, {"type": "websocket.connect"}]
    )

    async def receive() -> Any:  # noqa: ANN401 - ASGI's messages
        return next(received)

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's messages
        sent.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    await app({"type": "websocket", "path": "/events", "headers": []}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete", "websocket.close"]
