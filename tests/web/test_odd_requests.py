"""Requests that no browser sends: none of them is an error of the service."""

import logging
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest

from loopjobs import Host
from loopjobs.web import JobsApp

from .visitors import OPERATOR, ORIGIN, OWN_PAGE, browser

LONG = "x" * 4_000
PATHS = ["%ff", "%00", "%0d%0aX: y", "%ed%a0%80", "..%2f..%2fetc", "%25%32%65", "\N{SNOWMAN}", LONG]
NUMBERS = ["%ff", "%00", "", "%0a", "1e999", "-0.1", "0x10", "\N{ARABIC-INDIC DIGIT ONE}"]


@pytest.mark.parametrize("path", ["/job/{}", "/job/{}/run", "/api/jobs/{}", "/static/{}", "/{}"])
async def test_odd_paths_are_not_found(operator: httpx.AsyncClient, path: str) -> None:
    """Whatever they decode to, and none of it comes back."""
    for odd in PATHS:
        answer = await operator.get(path.format(odd))
        assert answer.status_code == 404, odd
        assert "../etc" not in answer.text
        assert LONG not in answer.text


async def test_odd_queries_are_refused_or_passed_over(
    host: Host, operator: httpx.AsyncClient
) -> None:
    """With 400 where a number or a cursor was asked for."""
    headers = {"X-Loopjobs-Action": "trigger"}
    async with host:
        for odd in NUMBERS:
            path = f"/api/jobs/quick/history?before={odd}"
            assert (await operator.get(path)).status_code == 400, odd
            path = f"/api/jobs/quick/history?limit={odd}"
            assert (await operator.get(path)).status_code in {200, 400}, odd
            path = f"/api/jobs/quick/trigger?wait={odd}"
            assert (await operator.post(path, headers=headers)).status_code in {200, 400}, odd


@pytest.mark.parametrize(
    "cookie",
    [
        b"loopjobs_session_80=\xff\xfe",
        b"loopjobs_session_80=",
        b"loopjobs_session_80=" + b"x" * 8_000,
        b"loopjobs_session_80=a; loopjobs_session_80=b",
        b"loopjobs_browser_80=\x00; loopjobs_flash_80=<b>; ;;=;",
        b"\xff\xff\xff",
    ],
)
async def test_odd_cookies_are_nobody(app: JobsApp, cookie: bytes) -> None:
    """They lead to the sign-in, which works all the same."""
    transport = httpx.ASGITransport(app)
    headers = [(b"cookie", cookie), (b"host", b"jobs.test")]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        assert (await client.get("/")).status_code == 303
        assert (await client.get("/api/jobs")).status_code == 401
        assert (await client.get("/sign-in")).status_code == 200


async def test_what_a_body_says_to_the_api_is_nothing(host: Host, app: JobsApp) -> None:
    """There is no way to pass arguments: the run is the one of the schedule."""
    headers = {"X-Loopjobs-Action": "trigger"}
    body = {"args": ["x"], "wait": 60, "job": "broken", "code": "import os"}
    async with host, browser(app, OPERATOR) as client:
        answer = await client.post("/api/jobs/quick/trigger", json=body, headers=headers)
        assert answer.json()["run"]["outcome"] == "succeeded"
        assert host.jobs["broken"].status().by_hand.due == 0


async def test_who_leaves_in_the_middle_of_a_form_is_no_news(
    app: JobsApp, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody can do so as often as they like, and fill no log by it."""
    sent: list[object] = []
    fields = {**OWN_PAGE, "Host": "jobs.test", "Content-Type": "application/x-www-form-urlencoded"}
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/sign-in",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in fields.items()],
    }

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent == []
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
