"""Who may look, and who may act: nobody, unless it was said."""

import logging

import httpx
import pytest
from starlette.requests import Request

from loopjobs import Host, RegistrationError
from loopjobs.web import Visitor, create_jobs_app, insecure_allow_anyone

from .visitors import Tokens, browser

TO_LOOK = ["/", "/job/quick", "/events", "/api/jobs", "/api/jobs/quick", "/api/jobs/quick/history"]
TO_ACT = ["/job/quick/run", "/job/quick/pause", "/job/quick/resume"]
FOR_PROGRAMS = ("/api/", "/events")


def test_leaving_out_the_authorization_raises(host: Host) -> None:
    """When the application is made, with what to give instead."""
    with pytest.raises(RegistrationError) as caught:
        create_jobs_app(host)
    text = str(caught.value)
    assert all(word in text for word in ("authorization=", "sign_in=", "insecure_allow_anyone()"))


@pytest.mark.parametrize("path", [*TO_LOOK, *TO_ACT])
async def test_nobody_sees_anything(stranger: httpx.AsyncClient, path: str) -> None:
    """People are sent to the sign-in, programs are told 401, and neither learns of a job."""
    answer = await stranger.get(path)
    if path.startswith(FOR_PROGRAMS):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=%2F")
    assert "quick" not in answer.text


async def test_without_a_sign_in_people_are_told_401(host: Host, tokens: Tokens) -> None:
    """There is no page to send them to."""
    async with browser(create_jobs_app(host, authorization=tokens)) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert (await client.get("/sign-in")).status_code == 404


@pytest.mark.parametrize("path", TO_ACT)
async def test_a_viewer_may_not_act(
    viewer: httpx.AsyncClient, operator: httpx.AsyncClient, path: str
) -> None:
    """They are not even asked whether they are sure."""
    assert (await viewer.get(path)).status_code == 403
    assert (await operator.get(path)).status_code == 200


@pytest.mark.parametrize("verb", ["trigger", "pause", "resume"])
async def test_a_viewer_may_not_act_by_the_api(
    host: Host,
    viewer: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    verb: str,
) -> None:
    """It is written down who tried."""
    path, headers = f"/api/jobs/quick/{verb}", {"X-Loopjobs-Action": verb}
    with caplog.at_level(logging.INFO, "loopjobs.audit"):
        async with host:
            before = host.jobs["quick"].status()
            assert (await viewer.post(path, headers=headers)).status_code == 403
            assert (await stranger.post(path, headers=headers)).status_code == 401
            after = host.jobs["quick"].status()
    assert (after.is_paused, after.by_hand) == (before.is_paused, before.by_hand)
    assert f"victor: {verb} quick from 127.0.0.1: forbidden" in caplog.messages


@pytest.mark.parametrize("path", [*TO_LOOK, *TO_ACT, "/api/jobs/quick/trigger"])
async def test_other_methods_change_nothing(
    host: Host, operator: httpx.AsyncClient, path: str
) -> None:
    """Who asks by them is told which there are; GET and HEAD never act."""
    async with host:
        before = host.jobs["quick"].status()
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = await operator.request(method, path)
            assert answer.status_code == 405
            assert "GET" in answer.headers["allow"]
        await operator.head(path)
        if path != "/events":
            await operator.get(path)
        after = host.jobs["quick"].status()
    assert (after.is_paused, after.by_hand) == (before.is_paused, before.by_hand)


async def test_anyone_is_an_operator_where_that_was_spelled_out(host: Host) -> None:
    """It says of itself that it is insecure."""
    app = create_jobs_app(host, authorization=insecure_allow_anyone())
    headers = {"X-Loopjobs-Action": "pause"}
    async with host, browser(app, base_url="http://127.0.0.1:8000") as client:
        answer = await client.post("/api/jobs/quick/pause", headers=headers)
        assert (answer.status_code, host.jobs["quick"].status().is_paused) == (200, True)


async def test_an_authorization_that_fails_lets_nobody_in(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer says nothing of why; the log does."""

    async def fail(request: Request) -> Visitor | None:
        raise RuntimeError("the directory at ldap.example is away")

    app = create_jobs_app(host, authorization=fail)
    async with browser(app) as client:
        for path in ("/", "/api/jobs", "/events"):
            answer = await client.get(path)
            assert answer.status_code == 500
            assert "ldap" not in answer.text
    assert "ldap.example" in caplog.text
