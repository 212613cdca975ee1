"""An authorization or a sign-in that says no in its own words."""

import logging
from http import HTTPStatus

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from loopjobs import Host
from loopjobs.web import JobsApp, Visitor, create_jobs_app

from .visitors import OPERATOR, browser, sign_in

RECHECK_SECONDS = 30.0
AWAY = HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "The directory is away.", {"Retry-After": "7"})


class Directory:
    """Knows everybody, while it is there."""

    def __init__(self) -> None:
        self.is_away = False

    async def __call__(self, *_: Request | str) -> Visitor | None:
        if self.is_away:
            raise AWAY
        return Visitor("olga")


@pytest.fixture
def directory() -> Directory:
    return Directory()


async def test_a_refusal_of_the_authorization_is_the_answer(
    host: Host, directory: Directory
) -> None:
    """With its status, its words and its headers, for programs and for people."""
    directory.is_away = True
    app = create_jobs_app(host, authorization=directory)
    async with browser(app) as client:
        told, shown = await client.get("/api/jobs"), await client.get("/")
    assert (told.status_code, told.headers["retry-after"]) == (503, "7")
    assert told.json()["detail"] == "The directory is away."
    assert (shown.status_code, "The directory is away." in shown.text) == (503, True)


async def test_a_refusal_of_the_sign_in_is_the_answer(
    host: Host, directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is told that name and password do not fit, for nobody knows; it is written down."""
    directory.is_away = True
    async with browser(create_jobs_app(host, sign_in=directory)) as client:
        with caplog.at_level(logging.INFO, "loopjobs.audit"):
            answer = await sign_in(client)
        after = await client.get("/")
    assert caplog.messages == ["somebody: sign-in from 127.0.0.1: refused with 503"]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert "The directory is away." in answer.text
    assert after.status_code == 303


async def test_a_path_that_leads_nowhere_is_told_as_before(app: JobsApp) -> None:
    """A refusal without words of its own gets those of its status."""
    async with browser(app, OPERATOR) as client:
        answer = await client.get("/api/nothing")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Not Found.")
