"""What is said to the browser with every answer, also with those that say no."""

import httpx
import pytest
from starlette.requests import Request

from loopjobs import Host
from loopjobs.testing import FakeClock
from loopjobs.web import JobsApp, Visitor, create_jobs_app

from .visitors import OPERATOR, browser, sign_in
from .watcher import Watcher, watching

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXPECTED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def check(headers: "httpx.Headers | dict[str, str]") -> None:
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert "camera=()" in headers["permissions-policy"]
    assert "access-control-allow-origin" not in headers, "no other site may read"
    assert "server" not in headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/job/quick"),
        ("GET", "/job/quick/run"),
        ("POST", "/job/quick/run"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("POST", "/sign-out"),
        ("GET", "/api/jobs"),
        ("GET", "/api/jobs/quick"),
        ("POST", "/api/jobs/quick/pause"),
        ("GET", "/static/page.css"),
        ("GET", "/static/nothing"),
        ("GET", "/nothing"),
        ("DELETE", "/api/jobs"),
        ("OPTIONS", "/"),
        ("TRACE", "/"),
    ],
)
async def test_every_answer_has_them(host: Host, app: JobsApp, method: str, path: str) -> None:
    """To operators and to strangers, whether it is a yes or a no."""
    async with host, browser(app, OPERATOR) as operator, browser(app) as stranger:
        for client in (operator, stranger):
            check((await client.request(method, path)).headers)


async def test_refusals_before_any_route_have_them(app: JobsApp) -> None:
    """A bad name of the host is refused before anything else."""
    async with browser(app) as client:
        answer = await client.get("/", headers={"Host": "<b>"})
        assert answer.status_code == 400
        check(answer.headers)


async def test_a_stream_has_them(host: Host, app: JobsApp, clock: FakeClock) -> None:
    """From its beginning."""
    watcher = Watcher()
    async with host, watching(app, watcher):
        await clock.settle()
        check(watcher.sent_headers)


async def test_an_error_has_them(host: Host) -> None:
    """Whatever went wrong."""

    async def fail(request: Request) -> Visitor | None:
        raise RuntimeError("broken")

    async with browser(create_jobs_app(host, authorization=fail)) as client:
        answer = await client.get("/api/jobs")
        assert (answer.status_code, answer.json()["status"]) == (500, 500)
        check(answer.headers)


async def test_no_page_has_anything_inline(
    host: Host, operator: httpx.AsyncClient, clock: FakeClock
) -> None:
    """The policy would not let it act, and so nothing of it may be needed."""
    async with host:
        await clock.advance(25)
        for path in ("/", "/job/broken", "/job/quick/run", "/nothing"):
            page = (await operator.get(path)).text
            assert "<style" not in page
            assert " style=" not in page
            assert " onclick=" not in page
            assert page.count("<script") == page.count('<script type="module" src=')
            assert "http://" not in page.replace("http://www.w3.org/", "")
            assert "https://" not in page


async def test_what_was_typed_is_not_kept_by_the_browser(stranger: httpx.AsyncClient) -> None:
    """Neither the form nor the answer to it."""
    answer = await sign_in(stranger, "olga", "wrong")
    check(answer.headers)
