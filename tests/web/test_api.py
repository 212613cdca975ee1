"""The JSON API: what is told, to whom, and what is done."""

import asyncio
import os
from urllib.parse import quote

import httpx
import pytest

from loopjobs import Host, HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock
from loopjobs.web import create_jobs_app

from .conftest import quick
from .visitors import OPERATOR, Tokens, browser


def acting(verb: str) -> dict[str, str]:
    return {"X-Loopjobs-Action": verb}


async def begin_slow(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient, *, wait: int
) -> asyncio.Task[httpx.Response]:
    """Let somebody begin a run of the slow job, the only one, and await its end for so long."""
    await host.jobs["Slow"].pause()
    await clock.advance(61)
    path = f"/api/jobs/Slow/trigger?wait={wait}"
    waiting = asyncio.create_task(operator.post(path, headers=acting("trigger")))
    await clock.advance(1)
    assert not waiting.done()
    return waiting


async def test_trouble_comes_first(host: Host, clock: FakeClock, viewer: httpx.AsyncClient) -> None:
    """Then names, in order; and each job says why."""
    async with host:
        await clock.advance(25)
        view = (await viewer.get("/api/jobs")).json()
    assert [(job["name"], job["health"]) for job in view["jobs"]] == [
        ("broken", "unhealthy"),
        ("Slow", "healthy"),
        ("quick", "healthy"),
    ]
    assert view["jobs"][0]["reason"].startswith("The last 3 runs failed with ConnectionError")
    assert (view["title"], view["status"], view["live"], view["ready"]) == (
        "Login",
        "unhealthy",
        True,
        True,
    )
    assert (view["now"], view["last_blockage"]) == ("2026-01-01T00:00:25Z", None)


async def test_the_process_that_answers_is_named(
    host: Host, viewer: httpx.AsyncClient, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may have loaded the application and forked then."""
    forked = os.getpid() + 1
    monkeypatch.setattr(os, "getpid", lambda: forked)
    async with host:
        await clock.advance(1)
        overview = (await viewer.get("/api/jobs")).json()
        history = (await viewer.get("/api/jobs/quick/history")).json()
    assert overview["replica"].endswith(f":{forked}")
    assert history["runs"][0]["replica"] == overview["replica"]


async def test_a_row_says_what_the_host_knows(
    host: Host, clock: FakeClock, viewer: httpx.AsyncClient
) -> None:
    """A ledger without empty parts, a trend oldest first, what comes next and what went on."""
    async with host:
        await clock.advance(25)
        rows = {row["name"]: row for row in (await viewer.get("/api/jobs")).json()["jobs"]}
    quick_one, slow, failing = rows["quick"], rows["Slow"], rows["broken"]
    assert quick_one["description"] == "Do nothing, quickly."
    assert quick_one["schedule"] == "every 10 s"
    assert quick_one["ledger"] == [{"outcome": "succeeded", "count": 3}]
    assert quick_one["next_due_at"] == "2026-01-01T00:00:30Z"
    assert quick_one["last_success_at"] == "2026-01-01T00:00:20Z"
    assert [each["started_at"][-6:] for each in quick_one["recent"]] == [
        "00:00Z",
        "00:10Z",
        "00:20Z",
    ]
    assert (slow["state"], slow["running_for"], slow["in_flight"]) == ("running", 25, 1)
    assert slow["ledger"] == [{"outcome": "skipped_running", "count": 2}]
    assert (failing["failures"], failing["consecutive_failures"]) == (3, 3)
    assert failing["last_run"]["error"] == "ConnectionError: no answer"
    assert failing["duration_p50"] is None, "none has succeeded"


async def test_only_operators_see_tracebacks(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    """Not in the overview at all, for that goes to everybody."""
    async with host:
        await clock.advance(5)
        for path in ("/api/jobs/broken", "/api/jobs/broken/history", "/job/broken"):
            assert "Traceback (most recent" in (await operator.get(path)).text
            assert "Traceback (most recent" not in (await viewer.get(path)).text
        assert "Traceback" not in (await operator.get("/api/jobs")).text


async def test_tracebacks_can_be_kept_from_everybody(
    host: Host, clock: FakeClock, tokens: Tokens
) -> None:
    """They are in the log all the same."""
    app = create_jobs_app(host, authorization=tokens, show_tracebacks=False)
    async with host, browser(app, OPERATOR) as client:
        await clock.advance(5)
        job = (await client.get("/api/jobs/broken")).json()
        run = await client.post("/api/jobs/broken/trigger", headers=acting("trigger"))
    assert (job["runs"][0]["traceback"], job["last_run"]["traceback"]) == (None, None)
    assert run.json()["run"]["traceback"] is None


async def test_a_job_in_detail(host: Host, clock: FakeClock, operator: httpx.AsyncClient) -> None:
    """Options with where they come from, runs newest first, actions, and runs by hand apart."""
    async with host:
        await clock.advance(15)
        await operator.post("/api/jobs/quick/trigger", headers=acting("trigger"))
        job = (await operator.get("/api/jobs/quick")).json()
    options = {each["key"]: each for each in job["options"]}
    assert options["IntervalInSeconds"]["value"] == "10"
    assert job["section"] == "quick"
    assert job["by_hand"] == [{"outcome": "succeeded", "count": 1}]
    assert [run["due_at"][-6:] for run in job["runs"]] == ["00:15Z", "00:10Z", "00:00Z"]
    assert [(each["who"], each["action"], each["result"]) for each in job["actions"]] == [
        ("olga", "trigger", "succeeded")
    ]


async def test_history_goes_page_by_page(
    host: Host, clock: FakeClock, viewer: httpx.AsyncClient
) -> None:
    """The last page says that it is the last."""
    pages, path = [], "/api/jobs/quick/history?limit=2"
    async with host:
        await clock.advance(25)
        following: str | None = ""
        while following is not None:
            page = (await viewer.get(path + following)).json()
            pages.append([run["due_at"][-6:] for run in page["runs"]])
            following = page["next"] and f"&before={quote(page['next'])}"
    assert pages == [["00:20Z", "00:10Z"], ["00:00Z"]]


async def test_no_runs_at_all_may_be_asked_for(host: Host, viewer: httpx.AsyncClient) -> None:
    """It is odd, and no mistake."""
    async with host:
        await host.jobs["quick"].trigger()
        answer = await viewer.get("/api/jobs/quick/history?limit=0")
    assert (answer.status_code, answer.json()) == (200, {"runs": [], "next": None})


@pytest.mark.parametrize("query", ["before=x", "limit=-1", "limit=x", "limit=501", "limit=nan"])
async def test_what_is_no_page_of_the_history_is_refused(
    host: Host, viewer: httpx.AsyncClient, query: str
) -> None:
    """With problem details."""
    async with host:
        answer = await viewer.get(f"/api/jobs/quick/history?{query}")
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_run_is_awaited_as_long_as_asked(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    """Who waits too briefly is told that it goes on; it does."""
    async with host:
        brief = await begin_slow(host, clock, operator, wait=5)
        await clock.advance(4)
        again = "/api/jobs/Slow/trigger?wait=60"
        refused = (await operator.post(again, headers=acting("trigger"))).json()
        await clock.advance(60)
        history = (await operator.get("/api/jobs/Slow/history")).json()
    answer = await brief
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    assert refused["run"]["outcome"] == "skipped_running", "at once: nothing was begun"
    assert history["runs"][0]["outcome"] == "succeeded"


async def test_the_end_of_a_run_is_told(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    """With its record."""
    async with host:
        answer = await operator.post("/api/jobs/broken/trigger", headers=acting("trigger"))
    assert (answer.status_code, answer.json()["run"]["outcome"]) == (200, "failed")


async def test_pause_and_resume(host: Host, operator: httpx.AsyncClient) -> None:
    """The job says so at once."""
    async with host:
        for verb, is_paused in (("pause", True), ("resume", False)):
            answer = await operator.post(f"/api/jobs/quick/{verb}", headers=acting(verb))
            assert (answer.status_code, answer.json()) == (200, {"accepted": True})
            assert host.jobs["quick"].status().is_paused is is_paused


async def test_what_the_state_does_not_allow_is_a_conflict(operator: httpx.AsyncClient) -> None:
    """The host was not started."""
    answer = await operator.post("/api/jobs/quick/trigger", headers=acting("trigger"))
    assert answer.status_code == 409
    assert answer.json()["type"] == "about:blank"
    assert "quick" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/jobs/nobody", "/api/jobs/quick/x", "/api/x", "/api/jobs/"])
async def test_what_is_not_there_is_not_found(viewer: httpx.AsyncClient, path: str) -> None:
    """In words that do not repeat the path."""
    answer = await viewer.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert "nobody" not in answer.text


@pytest.mark.parametrize("name", ["a/b", "a/run", "ä ö?#%", "a/history", "<b>&\"'"])
async def test_any_name_can_be_reached(clock: FakeClock, tokens: Tokens, name: str) -> None:
    """Percent-encoded, with its slashes."""
    builder = HostBuilder(settings_files=(), settings={"s": {"IntervalInSeconds": 10}}, clock=clock)
    builder.add_loop_job(quick, LoopJobOptions, section_name="s", name=name)
    host = builder.build()
    app = create_jobs_app(host, authorization=tokens)
    path = f"/api/jobs/{quote(name, safe='')}"
    async with host, browser(app, OPERATOR) as client:
        assert (await client.get(path)).json()["name"] == name
        assert "runs" in (await client.get(f"{path}/history")).json()
        run = await client.post(f"{path}/trigger", headers=acting("trigger"))
        assert run.json()["run"]["outcome"] == "succeeded"


async def test_whoever_awaits_a_run_is_answered_when_the_host_stops(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    """With how the run ended; nothing of it goes on."""
    async with host:
        waiting = await begin_slow(host, clock, operator, wait=60)
    answer = await waiting
    assert (answer.status_code, answer.json()["run"]["outcome"]) == (200, "cancelled")


async def test_a_run_goes_on_when_whoever_awaits_it_leaves(
    host: Host, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    """To leave is not to stop it, and it is written down all the same."""
    async with host:
        waiting = await begin_slow(host, clock, operator, wait=60)
        waiting.cancel()
        await clock.advance(60)
        assert host.jobs["Slow"].status().by_hand.succeeded == 1
        (action,) = (await operator.get("/api/jobs/Slow")).json()["actions"]
    assert (action["who"], action["result"]) == ("olga", "accepted")
