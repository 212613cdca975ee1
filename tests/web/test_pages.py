"""Acting by forms alone: the question, the deed, the word about it."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from urllib.parse import quote

import httpx
import pytest

from loopjobs import Host, HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock
from loopjobs.web import create_jobs_app

from .conftest import quick
from .visitors import OPERATOR, Tokens, browser, csrf_in

DONE = {
    "run": "A run was started.",
    "pause": "The job is paused.",
    "resume": "The job is resumed.",
}


async def act(client: httpx.AsyncClient, job: str, action: str) -> httpx.Response:
    path = f"/job/{job}/{action}"
    token = csrf_in((await client.get(path)).text)
    return await client.post(path, data={"csrf": token})


@pytest.mark.parametrize("action", ["run", "pause", "resume"])
async def test_an_action_is_asked_about_done_and_told(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient, action: str
) -> None:
    """Told once: a page that is loaded again does not say it again, and other jobs never did."""
    async with host:
        answer = await act(operator, "quick", action)
        assert (answer.status_code, answer.headers["location"]) == (303, "/job/quick")
        assert DONE[action] not in (await operator.get("/job/broken")).text
        assert DONE[action] in (await operator.get("/job/quick")).text
        assert DONE[action] not in (await operator.get("/job/quick")).text
        status = host.jobs["quick"].status()
    assert (status.is_paused, status.by_hand.succeeded) == (action == "pause", action == "run")


async def test_a_pause_is_not_forgotten(host: Host, operator: httpx.AsyncClient) -> None:
    """A paused job is healthy; that it does nothing is said all the same, above all jobs."""
    said = 'Paused by hand: <a href="/job/quick"><bdi>quick</bdi></a>'
    async with host:
        assert "Paused by hand" not in (await operator.get("/")).text
        await act(operator, "quick", "pause")
        assert said in (await operator.get("/")).text


async def test_a_run_that_is_not_begun_is_not_said_to_be(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    """Another one is in progress, and the overlap rule holds by hand, too."""
    async with host:
        await clock.advance(5)
        await act(operator, "Slow", "run")
        page = (await operator.get("/job/Slow")).text
        assert DONE["run"] not in page
        assert "a run is in progress already" in page
        await clock.advance(60)


async def test_a_cookie_says_nothing_of_its_own(host: Host, operator: httpx.AsyncClient) -> None:
    """Only words that the page knows are shown."""
    async with host:
        operator.cookies.set("loopjobs_flash_80", "<b>boo</b>", domain="jobs.test")
        page = await operator.get("/job/quick")
    assert page.status_code == 200
    assert "boo" not in page.text


async def test_what_the_state_does_not_allow_is_said_on_a_page(
    operator: httpx.AsyncClient,
) -> None:
    """With the reason; the host was not started."""
    answer = await act(operator, "quick", "pause")
    assert answer.status_code == 409
    assert "job quick" in answer.text


@pytest.mark.parametrize("path", ["/job/nobody", "/job/nobody/run", "/job/quick/delete", "/x"])
async def test_what_is_not_there_is_said_on_a_page(operator: httpx.AsyncClient, path: str) -> None:
    """Which does not repeat what was asked for."""
    answer = await operator.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "nobody" not in answer.text


async def test_acting_on_what_is_not_there(host: Host, operator: httpx.AsyncClient) -> None:
    """Also with a good token."""
    async with host:
        token = csrf_in((await operator.get("/job/quick/run")).text)
        for path in ("/job/nobody/run", "/job/quick/delete", "/job/quick"):
            assert (await operator.post(path, data={"csrf": token})).status_code == 404


@pytest.mark.parametrize("name", ["a/b", "a/run", "ä ö?#%;,", "x; Path=/", "%0d%0ax"])
async def test_a_name_gets_into_no_header(clock: FakeClock, tokens: Tokens, name: str) -> None:
    """Other than percent-encoded; and it works all the same."""
    section = {"s": {"IntervalInSeconds": 10}}
    builder = HostBuilder(settings_files=(), settings=section, clock=clock)
    builder.add_loop_job(quick, LoopJobOptions, section_name="s", name=name)
    host = builder.build()
    path = f"/job/{quote(name, safe='')}"
    app = create_jobs_app(host, authorization=tokens)
    async with host, browser(app, OPERATOR) as client:
        token = csrf_in((await client.get(f"{path}/run")).text)
        answer = await client.post(f"{path}/run", data={"csrf": token})
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        cookies = SimpleCookie(answer.headers["set-cookie"])
        assert [*cookies] == ["loopjobs_flash_80"]
        assert cookies["loopjobs_flash_80"]["path"] == path
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"csrf=" + b"x" * 16_384, "application/x-www-form-urlencoded", 413),
        (b"csrf=x", "application/json", 415),
        (b"csrf=x", "multipart/form-data; boundary=x", 415),
        (b"csrf=x", "", 415),
        (b"csrf=%ff", "application/x-www-form-urlencoded", 400),
        ("csrf=\N{SNOWMAN}".encode(), "application/x-www-form-urlencoded", 400),
        (b"csrf=x&csrf=y", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=x" % n for n in range(17)), "application/x-www-form-urlencoded", 400),
        (b"csrf=x\0", "application/x-www-form-urlencoded", 403),
        (b"", "application/x-www-form-urlencoded", 403),
        (b"csrf=x", "Application/X-WWW-Form-Urlencoded; charset=utf-8", 403),
    ],
)
async def test_forms_that_no_page_sends_are_refused(
    host: Host, operator: httpx.AsyncClient, body: bytes, media_type: str, status: int
) -> None:
    """Too large, of another kind, or unclean."""
    async with host:
        answer = await operator.post(
            "/job/quick/pause", content=body, headers={"Content-Type": media_type}
        )
        assert answer.status_code == status
        assert not host.jobs["quick"].status().is_paused


async def test_a_body_without_end_is_not_read_to_its_end(operator: httpx.AsyncClient) -> None:
    """Nor kept: what is too much is refused as soon as it is."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1_024

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await operator.post("/job/quick/pause", content=endless(), headers=headers)
    assert (answer.status_code, sent) == (413, 17)
