"""Server-sent events: what is told, how often, to how many, and until when."""

import asyncio

import pytest

from loopjobs import Host
from loopjobs.testing import FakeClock
from loopjobs.web import JobsApp, create_jobs_app
from loopjobs.web._overview import Overview
from loopjobs.web._streams import MOST_STREAMS

from .conftest import Build, quick
from .visitors import VIEWER, Accounts, Tokens, browser, sign_in
from .watcher import Watcher, watching


@pytest.fixture
def host(build: Build) -> Host:
    """One job, every hundred seconds: what is told in between is told for another reason."""
    return build(quick, IntervalInSeconds=100)


async def test_what_there_is_is_told_at_once(host: Host, app: JobsApp, clock: FakeClock) -> None:
    """In the form that browsers expect, and proxies are asked not to keep it."""
    watcher = Watcher()
    async with host, watching(app, watcher):
        await clock.settle()
        assert watcher.status == 200
        assert watcher.sent_headers["content-type"] == "text/event-stream; charset=utf-8"
        assert watcher.sent_headers["x-accel-buffering"] == "no"
        assert watcher.text.startswith("retry: 2000\n\nevent: jobs\ndata: {")
        async with browser(app, VIEWER) as client:
            assert watcher.views == [(await client.get("/api/jobs")).json()]


async def test_only_changes_are_told(host: Host, app: JobsApp, clock: FakeClock) -> None:
    """That time passes is none; within a second a change is told, once."""
    watcher = Watcher()
    async with host, watching(app, watcher):
        await clock.advance(50)
        assert len(watcher.views) == 1
        await host.jobs["quick"].pause()
        await clock.advance(1)
        assert [view["jobs"][0]["is_paused"] for view in watcher.views] == [False, True]
        await clock.advance(40)
        assert len(watcher.views) == 2


async def test_silence_is_broken_by_comments(host: Host, app: JobsApp, clock: FakeClock) -> None:
    """Every fifteen seconds since the last word."""
    watcher = Watcher()
    async with host, watching(app, watcher):
        for seconds, comments in ((14, 0), (1, 1), (14, 1), (1, 2)):
            await clock.advance(seconds)
            assert watcher.comments == comments
        await host.jobs["quick"].pause()
        await clock.advance(15)
        assert watcher.comments == 2
        await clock.advance(1)
        assert watcher.comments == 3


async def test_one_reading_a_second_is_shared_by_all(
    host: Host, tokens: Tokens, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none is made while nobody watches."""
    readings, read = 0, Overview.read

    def count(overview: Overview) -> object:
        nonlocal readings
        readings += 1
        return read(overview)

    monkeypatch.setattr(Overview, "read", count)
    app = create_jobs_app(host, authorization=tokens)
    watchers = [Watcher() for _ in range(20)]
    async with host:
        await clock.advance(60)
        assert readings == 0
        async with watching(app, *watchers):
            await clock.advance(9.5)
            assert readings == 10
        await clock.advance(60)
        assert readings == 10
    assert all(len(watcher.views) == 1 for watcher in watchers)


async def test_a_slow_reader_gets_what_is_newest(
    host: Host, app: JobsApp, clock: FakeClock
) -> None:
    """Nothing is kept for who does not read, and nobody else waits for them."""
    slow, other = Watcher(), Watcher()
    job = host.jobs["quick"]
    async with host, watching(app, slow, other):
        await clock.settle()
        slow.may_read.clear()
        for act in (job.pause, job.resume) * 5:
            await act()
            await clock.advance(1)
        assert len(other.views) == 11
        assert len(slow.views) == 1
        slow.may_read.set()
        await clock.advance(1)
        # What was stuck on the way, and then the newest.
        told = [view["jobs"][0]["is_paused"] for view in slow.views]
        assert told == [False, True, False]


@pytest.mark.parametrize("reads", [True, False])
async def test_the_stream_ends_with_the_host(
    host: Host, app: JobsApp, clock: FakeClock, *, reads: bool
) -> None:
    """Within a second, also for who does not read; it says so if it can."""
    watcher = Watcher()
    async with host:
        watch = asyncio.create_task(watcher.watch(app))
        await host.jobs["quick"].pause()
        await clock.settle()
        if not reads:
            watcher.may_read.clear()
            await host.jobs["quick"].resume()
            await clock.advance(1)
        stop = asyncio.create_task(host.stop())
        await clock.advance(1)
        assert watch.done()
        await stop
    await watch
    assert watcher.is_complete is reads


async def test_the_stream_ends_when_the_client_leaves(
    host: Host, app: JobsApp, clock: FakeClock
) -> None:
    """At once, and nothing of it goes on."""
    watcher = Watcher()
    async with host:
        watch = asyncio.create_task(watcher.watch(app))
        await clock.settle()
        watcher.leaves.set()
        await clock.settle()
        assert watch.done()
        await watch


async def test_a_stream_that_is_given_up_leaves_nothing(
    host: Host, app: JobsApp, clock: FakeClock
) -> None:
    """Some servers cancel instead of saying that the client has left."""
    watcher = Watcher()
    async with host:
        watch = asyncio.create_task(watcher.watch(app))
        await clock.settle()
        watch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watch


async def test_the_stream_ends_when_a_token_is_taken_back(
    host: Host, app: JobsApp, clock: FakeClock, tokens: Tokens
) -> None:
    """Within half a minute: to ask may cost something."""
    watcher, other = Watcher(), Watcher(VIEWER)
    async with host, watching(app, watcher, other) as (watch, goes_on):
        await clock.advance(30)
        assert tokens.asked == 4
        del tokens.visitors["Bearer operator-token"]
        await clock.advance(29)
        assert not watch.done()
        await clock.advance(1)
        assert watch.done()
        assert not goes_on.done()
        assert watcher.is_complete


@pytest.mark.parametrize("ending", ["signing out", "doing nothing"])
async def test_the_stream_ends_with_the_session(
    host: Host, accounts: Accounts, clock: FakeClock, ending: str
) -> None:
    """And watching keeps no session alive."""
    app = create_jobs_app(host, sign_in=accounts)
    async with host, browser(app) as client:
        await sign_in(client)
        cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
        watcher = Watcher({"cookie": cookie, "sec-fetch-dest": "empty"})
        await clock.advance(29 * 60)
        async with watching(app, watcher) as (watch,):
            await clock.advance(50)
            assert not watch.done()
            if ending == "signing out":
                page = await client.get("/", headers={"Sec-Fetch-Dest": "empty"})
                token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                await client.post("/sign-out", data={"csrf": token})
                await clock.advance(1)
            else:
                await clock.advance(10)
            assert watch.done()


async def test_there_are_only_so_many_streams(host: Host, app: JobsApp, clock: FakeClock) -> None:
    """One more is told to come back later; when one has left there is room again."""
    watchers = [Watcher() for _ in range(MOST_STREAMS)]
    async with host, watching(app, *watchers):
        await clock.settle()
        refused = Watcher()
        await refused.watch(app)
        assert (refused.status, refused.sent_headers["retry-after"]) == (503, "30")
        watchers[0].leaves.set()
        await clock.settle()
        late = Watcher()
        async with watching(app, late):
            await clock.settle()
            assert late.status == 200


async def test_a_head_has_no_body(host: Host, app: JobsApp) -> None:
    """And ends at once."""
    watcher = Watcher()
    async with host:
        await watcher.watch(app, "HEAD")
    assert (watcher.status, watcher.text, watcher.is_complete) == (200, "", True)


async def test_a_reading_that_fails_ends_the_stream_and_is_told(
    host: Host, tokens: Tokens, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the server, which logs it: a page that silently stands still would be worse."""
    is_broken, read = False, Overview.read

    def read_or_fail(overview: Overview) -> object:
        if is_broken:
            raise RuntimeError("broken")
        return read(overview)

    monkeypatch.setattr(Overview, "read", read_or_fail)
    app = create_jobs_app(host, authorization=tokens)
    async with host:
        watch = asyncio.create_task(Watcher().watch(app))
        await clock.settle()
        is_broken = True
        await clock.advance(1)
        assert watch.done()
        with pytest.raises(RuntimeError, match="broken"):
            await watch
