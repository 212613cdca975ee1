"""One body under both schedulers: who starts it is switched while it runs, and never both do."""

import asyncio
import logging
from collections.abc import Callable
from contextvars import Context
from datetime import UTC

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.background import BackgroundScheduler
from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    ControlError,
    Host,
    HostBuilder,
    LeaseStoreSource,
    LoopJobOptions,
    SystemClock,
    current_run,
)
from loopjobs.side_by_side import Entry, Handover, HandoverError, Kind, OldRuns
from loopjobs.testing import FakeClock, MemoryLeases


class Restock:
    """A body that remembers when it ran and how many did at once."""

    def __init__(self, clock: FakeClock, seconds: float = 0.0) -> None:
        self.clock = clock
        self.seconds = seconds
        self.starts: list[float] = []
        self.in_progress = 0
        self.most_at_once = 0
        self.error: Exception | None = None

    async def run(self, ct: CancellationToken) -> None:
        self.starts.append(self.clock.monotonic())
        self.in_progress += 1
        self.most_at_once = max(self.most_at_once, self.in_progress)
        try:
            await ct.sleep(self.seconds)
            current_run().report(ordered=3)
            if self.error is not None:
                raise self.error
        finally:
            self.in_progress -= 1


class Shop:
    """A host whose job APScheduler starts, at first."""

    def __init__(
        self, body: Restock, leases: MemoryLeases | None = None, **section: object
    ) -> None:
        self.section: dict[str, object] = {"IntervalInSeconds": 10, "InitialDelayInSeconds": 10}
        self.section |= {"StartedBy": "Trigger", **section}
        builder = HostBuilder(
            settings_files=(), settings={"restock": self.section}, clock=body.clock
        )
        if leases is not None:
            provider = Provider(scope=Scope.APP)
            provider.provide(lambda: leases, provides=LeaseStoreSource)
            builder.add_provider(provider)
        self.host: Host = builder.add_loop_job(body.run, LoopJobOptions, name="restock").build()
        self.job = self.host.jobs["restock"]
        self.handover = Handover(self.host)

    async def change(self, **section: object) -> None:
        self.section.update(section)
        assert not await self.host.reload_settings()


def heard_by(scheduler: AsyncIOScheduler) -> list[JobExecutionEvent]:
    heard: list[JobExecutionEvent] = []
    scheduler.add_listener(heard.append, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    return heard


async def test_the_old_scheduler_starts_runs_that_the_host_does(
    clock: FakeClock, scheduler: AsyncIOScheduler
) -> None:
    """Ledger, history and counters are those of any run by hand."""
    body = Restock(clock)
    shop = Shop(body)
    scheduler.add_job(shop.handover.run, "interval", seconds=10, args=["restock"])
    async with shop.host:
        scheduler.start()
        await clock.advance(35)
        assert shop.job.status().by_hand.succeeded == 3
        assert shop.job.history()[0].reported == {"ordered": 3}
        scheduler.shutdown()
        await clock.settle()
    assert body.starts == [10, 20, 30]


async def test_a_job_moves_and_moves_back_without_a_deployment(
    clock: FakeClock, scheduler: AsyncIOScheduler
) -> None:
    """From the reload on the one does nothing, and says so, and the other does everything."""
    body = Restock(clock)
    shop = Shop(body)
    heard = heard_by(scheduler)
    scheduler.add_job(shop.handover.run, "interval", seconds=10, args=["restock"])
    async with shop.host:
        scheduler.start()
        await clock.advance(23)
        await shop.change(StartedBy="Loop")
        await clock.advance(22)
        await shop.change(StartedBy="Trigger")
        await clock.advance(20)
        ledgers = shop.job.status().by_hand, shop.job.status().ledger
        scheduler.shutdown()
        await clock.settle()
    assert body.starts == [10, 20, 33, 43, 50, 60]
    assert [each.succeeded for each in ledgers] == [4, 2]
    said = [event.retval.what for event in heard]
    assert said == [*["succeeded"] * 2, *["owned_by_loop"] * 2, *["succeeded"] * 2]


async def test_a_long_run_is_never_joined_by_one_of_the_other_side(
    clock: FakeClock, scheduler: AsyncIOScheduler
) -> None:
    """Whichever side began it, and however often they are switched meanwhile."""
    body = Restock(clock, 27)
    shop = Shop(body)
    scheduler.add_job(shop.handover.run, "interval", seconds=10, args=["restock"], max_instances=5)
    async with shop.host:
        scheduler.start()
        for turn in range(12):
            await clock.advance(11)
            await shop.change(StartedBy="Loop" if turn % 2 else "Trigger")
        status = shop.job.status()
        assert status.ledger.skipped_running
        assert status.by_hand.skipped_running
        scheduler.shutdown()
        await clock.advance(30)
    assert body.most_at_once == 1
    assert len(body.starts) > 3


async def test_two_processes_share_the_lease(clock: FakeClock, scheduler: AsyncIOScheduler) -> None:
    """The old process starts the job by APScheduler, the new one by its loop: one at a time."""
    body, leases = Restock(clock, 4), MemoryLeases(clock)
    old = Shop(body, leases, RunOn="OneReplica")
    new = Shop(body, leases, RunOn="OneReplica", StartedBy="Loop", InitialDelayInSeconds=7)
    heard = heard_by(scheduler)
    scheduler.add_job(old.handover.run, "interval", seconds=13, args=["restock"])
    async with old.host, new.host:
        scheduler.start()
        await clock.advance(99)
        scheduler.shutdown()
        await clock.settle()
        assert new.job.status().ledger.succeeded
        assert new.job.status().ledger.skipped_elsewhere
    assert body.most_at_once == 1
    tokens = [run.fencing_token for run in (*old.job.history(), *new.job.history())]
    ran = [token for token in tokens if token is not None]
    assert len(set(ran)) == len(ran) == len(body.starts)
    assert {event.retval.what for event in heard} == {"succeeded", "skipped_elsewhere"}


async def test_a_failure_is_one_to_the_old_scheduler_too(
    clock: FakeClock, scheduler: AsyncIOScheduler, caplog: pytest.LogCaptureFixture
) -> None:
    """What alerted people before alerts them still."""
    caplog.set_level(logging.CRITICAL, "apscheduler")
    caplog.set_level(logging.CRITICAL, "loopjobs")
    body = Restock(clock)
    body.error = OSError("no answer")
    shop = Shop(body)
    heard = heard_by(scheduler)
    scheduler.add_job(shop.handover.run, "interval", seconds=10, args=["restock"])
    async with shop.host:
        scheduler.start()
        await clock.advance(10)
        scheduler.shutdown()
        await clock.settle()
    (event,) = heard
    assert event.code == EVENT_JOB_ERROR
    assert isinstance(event.exception, HandoverError)
    assert "failed: OSError: no answer" in str(event.exception)


async def test_a_disabled_job_is_left_alone(clock: FakeClock) -> None:
    """Nothing fails: somebody wanted it so."""
    shop = Shop(Restock(clock), Enabled=False)
    async with shop.host:
        answer = await shop.handover.run("restock")
    assert (answer.what, answer.is_run) == ("disabled", False)


async def test_a_pause_holds_for_the_old_scheduler_too(
    clock: FakeClock, scheduler: AsyncIOScheduler
) -> None:
    """An operator pauses a job, whoever starts it; a hand may run it still."""
    body = Restock(clock)
    shop = Shop(body)
    heard = heard_by(scheduler)
    scheduler.add_job(shop.handover.run, "interval", seconds=10, args=["restock"])
    async with shop.host:
        scheduler.start()
        await shop.job.pause()
        await clock.advance(15)
        await shop.job.resume()
        await clock.advance(10)
        scheduler.shutdown()
        await clock.settle()
    assert [event.retval.what for event in heard] == ["paused", "succeeded"]
    assert body.starts == [20]


async def test_a_pause_in_the_cluster_that_is_over_holds_nobody_up(clock: FakeClock) -> None:
    """It was lifted elsewhere, and a process without slots does not hear of that."""
    body, leases = Restock(clock), MemoryLeases(clock)
    old = Shop(body, leases, RunOn="OneReplica")
    new = Shop(body, leases, RunOn="OneReplica", StartedBy="Loop", InitialDelayInSeconds=500)
    async with old.host, new.host:
        await old.job.pause()
        await new.job.resume()
        assert (await old.handover.run("restock")).what == "succeeded"


async def test_a_scheduler_with_threads_hands_over_as_well(clock: FakeClock) -> None:
    """A real one, on real time: it starts what is due now, and hears how it ended."""
    body = Restock(clock)
    shop = Shop(body)
    loop = asyncio.get_running_loop()
    handover = Handover(shop.host, loop=loop)
    ended: asyncio.Future[JobExecutionEvent] = loop.create_future()
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_listener(
        lambda event: loop.call_soon_threadsafe(ended.set_result, event),
        EVENT_JOB_EXECUTED | EVENT_JOB_ERROR,
    )
    journal: list[Entry] = []
    OldRuns(journal, SystemClock()).listen_to(scheduler)
    async with shop.host:
        scheduler.add_job(handover.run_blocking, args=["restock"], misfire_grace_time=None)
        scheduler.start()
        event = await ended
        await asyncio.to_thread(scheduler.shutdown)
    assert (event.code, event.retval.what) == (EVENT_JOB_EXECUTED, "succeeded")
    assert [entry.what for entry in journal if entry.kind is Kind.RUN] == ["succeeded"]


async def test_a_thread_waits_for_the_end_of_the_run(clock: FakeClock) -> None:
    """A scheduler with a pool of threads counts its instances as before."""
    body = Restock(clock)
    shop = Shop(body)
    handover = Handover(shop.host, loop=asyncio.get_running_loop())
    async with shop.host:
        answer = await asyncio.to_thread(handover.run_blocking, "restock")
        assert (answer.what, answer.is_run) == ("succeeded", True)
        with pytest.raises(ControlError, match="await run"):
            handover.run_blocking("restock")


async def test_what_cannot_be_run_says_why(clock: FakeClock) -> None:
    """A wrong name, a host that is not there, an event loop that nobody named."""
    shop = Shop(Restock(clock))
    with pytest.raises(ControlError, match="no job 'restok'; it has restock"):
        await shop.handover.run("restok")
    with pytest.raises(ControlError, match="not started"):
        await shop.handover.run("restock")
    with pytest.raises(ControlError, match=r"Handover\(host, loop="):
        shop.handover.run_blocking("restock")


class Vanishing(asyncio.SelectorEventLoop):
    """An event loop that is closed just when it has been given something to do."""

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> None:
        self.close()


@pytest.mark.parametrize("is_closed_before", [True, False])
def test_a_thread_does_not_wait_for_a_loop_that_is_gone(
    clock: FakeClock, *, is_closed_before: bool
) -> None:
    """Whether it was closed before the call or amid it."""
    loop = asyncio.new_event_loop() if is_closed_before else Vanishing()
    if is_closed_before:
        loop.close()
    handover = Handover(Shop(Restock(clock)).host, loop=loop)
    with pytest.raises(ControlError, match="closed"):
        handover.run_blocking("restock")
