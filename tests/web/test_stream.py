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
        assert watcher.text.startswith("retry: 1000\n\nevent: jobs\ndata: {")
        async with browser(app, VIEWER) as client:
            assert watcher.views == [(await client.get("/api/jobs")).json()]


async def test_only_changes_are_told(host: Host, app: JobsApp, clock: FakeClock) -> None:
    """That time passes is none; within a second a change is told, once."""
    watcher = Watcher()
    async with host, watching(app, watcher):
        await clock.advance(4)
        assert len(watcher.views) == 1
        await host.jobs["quick"].pause()
        await clock.advance(1)
        assert [view["jobs"][0]["is_paused"] for view in watcher.views] == [False, True]
        await clock.advance(4)
        assert len(watcher.views) == 2


@pytest.mark.parametrize("reads", [True, False])
async def test_a_stream_lasts_ten_seconds(
    host: Host, app: JobsApp, clock: FakeClock, *, reads: bool
) -> None:
    """So a server that waits for its requests before it stops the host waits no longer."""
    watcher = Watcher()
    async with host:
        watch = asyncio.create_task(watcher.watch(app))
        await clock.advance(8)
        if not reads:
            watcher.may_read.clear()
            await host.jobs["quick"].pause()
        await clock.advance(1)
        assert not watch.done()
        await clock.advance(1)
        assert watch.done()
        await watch
    assert watcher.is_complete is reads


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
        for act in (job.pause, job.resume) * 4:
            await act()
            await clock.advance(1)
        assert len(other.views) == 9
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


async def test_each_stream_asks_anew_who_watches(
    host: Host, app: JobsApp, clock: FakeClock, tokens: Tokens
) -> None:
    """A token that was taken back opens no other one."""
    watcher = Watcher()
    async with host:
        watch = asyncio.create_task(watcher.watch(app))
        await clock.advance(5)
        del tokens.visitors["Bearer operator-token"]
        await clock.advance(5)
        await watch
        await watcher.watch(app)
    assert watcher.status == 401


async def test_watching_keeps_no_session_alive(
    host: Host, accounts: Accounts, clock: FakeClock
) -> None:
    """A screen that was left on is signed out."""
    app = create_jobs_app(host, sign_in=accounts)
    async with host, browser(app) as client:
        await sign_in(client)
        cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
        watcher = Watcher({"cookie": cookie, "sec-fetch-dest": "empty"})
        await clock.advance(29 * 60)
        watch = asyncio.create_task(watcher.watch(app))
        await clock.advance(10)
        await watch
        assert watcher.status == 200
        await clock.advance(50)
        await watcher.watch(app)
        assert watcher.status == 401


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
