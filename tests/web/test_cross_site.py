"""What other sites cannot make a browser do."""

from collections.abc import Mapping

import httpx
import pytest

from loopjobs import Host
from loopjobs.web import JobsApp, create_jobs_app, insecure_allow_anyone

from .visitors import OPERATOR, ORIGIN, browser, csrf_in, sign_in

PATH = "/api/jobs/quick/pause"
NAMED = {"X-Loopjobs-Action": "pause"}


def plain(app: JobsApp, base_url: str = ORIGIN) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Origin": "null"},
        {"Origin": "http://evil.test"},
        {"Origin": "https://jobs.test"},
        {"Origin": "http://jobs.test:8080"},
        {"Origin": "http://jobs.test.evil.test"},
        {"Origin": "http://jobs.test@evil.test"},
        {"Origin": "http://[jobs.test"},
        {"Referer": f"{ORIGIN}/"},
    ],
)
async def test_another_site_acts_on_nothing(
    host: Host, app: JobsApp, headers: Mapping[str, str]
) -> None:
    """Nor does whoever does not say where they come from, for an old browser would not."""
    async with host, plain(app) as client:
        for path in (PATH, "/job/quick/pause", "/sign-in", "/sign-out"):
            answer = await client.post(path, headers={**OPERATOR, **NAMED, **headers})
            assert answer.status_code == 403, path
            assert "evil" not in answer.text
        assert not host.jobs["quick"].status().is_paused


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        (ORIGIN, ORIGIN),
        (ORIGIN, f"{ORIGIN}:80"),
        ("https://jobs.test", "https://jobs.test"),
        ("http://jobs.test:8080", "http://JOBS.test:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
async def test_its_own_origin_will_do(host: Host, app: JobsApp, base_url: str, origin: str) -> None:
    """Browsers leave `Sec-Fetch-Site` out where a connection is not encrypted."""
    async with host, plain(app, base_url) as client:
        answer = await client.post(PATH, headers={**OPERATOR, **NAMED, "Origin": origin})
        assert answer.status_code == 200


@pytest.mark.parametrize("named", [{}, {"X-Loopjobs-Action": "resume"}])
async def test_an_action_has_to_be_named(
    host: Host, operator: httpx.AsyncClient, named: Mapping[str, str]
) -> None:
    """By a header that no form can send."""
    async with host:
        assert (await operator.post(PATH, headers=named)).status_code == 403
        assert not host.jobs["quick"].status().is_paused


async def test_a_form_needs_its_token(host: Host, operator: httpx.AsyncClient) -> None:
    """One that was made for somebody else, or by guessing, is refused."""
    path = "/job/quick/pause"
    async with host:
        token = csrf_in((await operator.get(path)).text)
        for wrong in ("", "x", token[:-1], token + "0", "\N{SNOWMAN}", token.upper()):
            answer = await operator.post(path, data={"csrf": wrong})
            assert answer.status_code == 403, wrong
        assert (await operator.post(path, data={"name": "x"})).status_code == 403
        assert (await operator.post(path, data={"csrf": token})).status_code == 303
        assert host.jobs["quick"].status().is_paused


async def test_a_token_is_bound_to_its_holder(
    host: Host, app: JobsApp, operator: httpx.AsyncClient
) -> None:
    """To the session, and without one to the visitor; a new sign-in makes a new one."""
    path = "/job/quick/pause"
    async with host, browser(app) as client:
        others = {csrf_in((await operator.get(path)).text)}
        await sign_in(client)
        others.add(csrf_in((await client.get(path)).text))
        client.cookies.clear()
        await sign_in(client)
        own = csrf_in((await client.get(path)).text)
        assert len(others | {own}) == 3
        for token in others:
            assert (await client.post(path, data={"csrf": token})).status_code == 403
        assert (await client.post(path, data={"csrf": own})).status_code == 303


@pytest.mark.parametrize(
    ("allowed", "served", "refused"),
    [
        ([], ["127.0.0.1", "127.0.0.1:8000", "[::1]:8000", "localhost", "a.localhost:1"], ["jobs"]),
        (["jobs.test"], ["jobs.test", "JOBS.TEST:80", "jobs.test."], ["x.jobs.test", "localhost"]),
        (["*.test"], ["jobs.test", "a.b.test"], ["test", "jobs.testing", "127.0.0.1"]),
    ],
)
async def test_a_name_that_points_here_by_a_trick_leads_nowhere(
    host: Host, allowed: list[str], served: list[str], refused: list[str]
) -> None:
    """Otherwise a page of somebody else would be of the same origin, for the browser."""
    app = create_jobs_app(host, authorization=insecure_allow_anyone(), allowed_hosts=allowed)
    async with plain(app) as client:
        for name in served:
            assert (await client.get("/api/jobs", headers={"Host": name})).status_code == 200, name
        for name in [*refused, "", "a b", "x/y", "jobs.test@evil", "<b>", "[::1", "jobs.test:x"]:
            for path in ("/api/jobs", "/", "/static/page.css"):
                answer = await client.get(path, headers={"Host": name})
                assert answer.status_code == 400, name
