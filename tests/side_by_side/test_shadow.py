"""A shadow notes what the loop would have done, beside a scheduler that does it still."""

from collections.abc import Callable, Sequence

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions
from loopjobs.side_by_side import (
    Entry,
    Kind,
    Lone,
    OldRuns,
    ShadowRuns,
    Side,
    Verdict,
    Why,
    add_shadow,
    compare,
)
from loopjobs.testing import FakeClock

World = Callable[..., Host]


class RestockOptions(LoopJobOptions):
    """A job's own class."""

    shelf: str = "top"


@pytest.fixture
def old(journal: list[Entry], clock: FakeClock, scheduler: AsyncIOScheduler) -> OldRuns:
    """What hears the old scheduler."""
    old = OldRuns(journal, clock, jobs={"restock": "Restock"})
    old.listen_to(scheduler)
    return old


@pytest.fixture
def shadowed(clock: FakeClock, journal: list[Entry], old: OldRuns) -> World:
    """Build a host with a shadow."""

    def build(**section: object) -> Host:
        section = {"IntervalInSeconds": 10, "InitialDelayInSeconds": 10, **section}
        builder = HostBuilder(settings_files=(), settings={"Restock": section}, clock=clock)
        add_shadow(builder, "Restock", RestockOptions, takes=old.seconds_of)
        return builder.add_listener(ShadowRuns(journal, clock)).build()

    return build


async def side_by_side(
    host: Host,
    scheduler: AsyncIOScheduler,
    clock: FakeClock,
    seconds: float = 100,
    *,
    takes: float = 0.0,
    **job: object,
) -> None:
    """Let both go on for a while."""

    async def restock() -> None:
        if takes:
            await clock.sleep(takes)

    scheduler.add_job(restock, "interval", **{"seconds": 10, "id": "restock", **job})
    async with host:
        scheduler.start()
        await clock.advance(seconds)
        scheduler.shutdown()
        await clock.settle()
    await clock.advance(takes)


def dues(lone: Sequence[Lone]) -> list[int]:
    """Return after how many seconds these were due."""
    return [round(each.entry.moment.timestamp() % 3600) for each in lone]


async def test_the_same_pace_gives_the_same_runs(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """Each run of the old scheduler has its counterpart, and nothing was run twice."""
    host = shadowed()
    await side_by_side(host, scheduler, clock)
    (found,) = compare(journal, tolerance=1)
    assert (found.job, found.verdict, found.phase) == ("Restock", Verdict.ALIKE, 0)
    assert len(found.both) == 10
    assert {pair.apart for pair in found.both} == {0}


async def test_a_shadow_takes_as_long_as_the_last_real_run(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """So it skips what the loop would skip: where the old runs overlap, that is the difference."""
    host = shadowed()
    await side_by_side(host, scheduler, clock, takes=14, max_instances=2)
    (found,) = compare(journal, tolerance=1)
    assert found.verdict is Verdict.DIFFERENT
    assert {lone.why for lone in found.only_old} == {Why.OVERRUN}
    assert not found.only_loop
    assert host.jobs["Restock-shadow"].status().ledger.skipped_running


async def test_both_skip_the_same_when_neither_lets_runs_overlap(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """One instance at a time is what the loop does by itself."""
    await side_by_side(shadowed(), scheduler, clock, takes=14, max_instances=1)
    (found,) = compare(journal, tolerance=1)
    skipped = [each.what for each in journal if each.kind is Kind.SKIP and each.side is Side.OLD]
    assert set(skipped) == {"max_instances"}
    assert {lone.why for lone in (*found.only_old, *found.only_loop)} <= {Why.OVERRUN}
    assert len(found.both) >= 3


async def test_a_loop_that_begins_later_is_a_phase_and_no_difference(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """It is told once."""
    await side_by_side(shadowed(InitialDelayInSeconds=13), scheduler, clock)
    (found,) = compare(journal, tolerance=1)
    assert (found.verdict, found.phase) == (Verdict.ALIKE, 3)


async def test_another_interval_is_another_pace(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """Every second run of the old scheduler finds nothing due."""
    await side_by_side(shadowed(IntervalInSeconds=20), scheduler, clock)
    (found,) = compare(journal, tolerance=1)
    assert {lone.why for lone in found.only_old} == {Why.PACE}
    assert dues(found.only_old) == [20, 40, 60, 80, 100]


async def test_a_stall_is_a_misfire_on_the_one_side_and_a_late_run_on_the_other(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """APScheduler drops what is later than its grace time; the loop runs the last slot, late."""

    async def restock() -> None:
        if clock.monotonic() == 30:
            clock.stall(15)

    scheduler.add_job(restock, "interval", seconds=10, id="restock", coalesce=True)
    async with shadowed():
        scheduler.start()
        await clock.advance(100)
        scheduler.shutdown()
        await clock.settle()
    (found,) = compare(journal, tolerance=1)
    assert [lone.why for lone in found.only_loop] == [Why.MISFIRE]
    assert dues(found.only_loop) == [40]


async def test_times_that_apscheduler_coalesced_are_told_as_that(
    clock: FakeClock, scheduler: AsyncIOScheduler, journal: list[Entry]
) -> None:
    """Its process stood still for a while, that of the loop did not."""
    other = FakeClock()
    old = OldRuns(journal, clock, jobs={"restock": "Restock"})
    old.listen_to(scheduler)

    async def restock() -> None:
        if clock.monotonic() == 30:
            clock.stall(35)

    scheduler.add_job(restock, "interval", seconds=10, id="restock", misfire_grace_time=None)
    scheduler.start()
    await clock.advance(100)
    scheduler.shutdown()
    await clock.settle()
    section = {"IntervalInSeconds": 10, "InitialDelayInSeconds": 10}
    builder = HostBuilder(settings_files=(), settings={"Restock": section}, clock=other)
    add_shadow(builder, "Restock", RestockOptions)
    async with builder.add_listener(ShadowRuns(journal, other)).build():
        await other.advance(100)
    (found,) = compare(sorted(journal, key=lambda each: each.at), tolerance=1)
    assert [lone.why for lone in found.only_loop] == [Why.COALESCE, Why.COALESCE]
    assert dues(found.only_loop) == [40, 50]


async def test_a_scheduler_that_is_paused_is_not_running(
    clock: FakeClock, scheduler: AsyncIOScheduler, shadowed: World, journal: list[Entry]
) -> None:
    """The loop would have gone on; what was due just before the end of the pause is a misfire."""
    scheduler.add_job(_nothing, "interval", seconds=10, id="restock")
    async with shadowed():
        scheduler.start()
        await clock.advance(25)
        scheduler.pause()
        await clock.advance(20)
        scheduler.resume()
        await clock.advance(25)
        scheduler.shutdown()
        await clock.settle()
    (found,) = compare(journal, tolerance=1)
    assert [lone.why for lone in found.only_loop] == [Why.NOT_RUNNING, Why.MISFIRE]


async def test_a_shadow_ticks_whoever_starts_the_job(clock: FakeClock, shadowed: World) -> None:
    """It shares the section of a job that APScheduler starts still."""
    async with shadowed(StartedBy="Trigger") as host:
        await clock.advance(35)
        assert host.jobs["Restock-shadow"].status().ledger.succeeded == 3


async def test_a_shadow_takes_no_options_away_from_those_who_inject_them(clock: FakeClock) -> None:
    """Its own are of another class."""
    seen: list[str] = []

    class Restock:
        def __init__(self, options: RestockOptions) -> None:
            self.options = options

        async def execute(self, ct: CancellationToken) -> None:
            seen.append(self.options.shelf)

    class Nosy:
        def __init__(self, options: RestockOptions) -> None:
            seen.append(options.shelf)

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    section = {"IntervalInSeconds": 10, "Shelf": "low"}
    builder = HostBuilder(settings_files=(), settings={"Restock": section}, clock=clock)
    builder.add_loop_job(Restock, RestockOptions)
    add_shadow(builder, "Restock", RestockOptions)
    async with builder.add_hosted_service(Nosy).build():
        await clock.advance(5)
    assert seen == ["low", "low"]


async def _nothing() -> None:
    """Do nothing."""


async def test_a_calendar_has_the_same_times_in_both(
    clock: FakeClock, scheduler: AsyncIOScheduler, old: OldRuns, journal: list[Entry]
) -> None:
    """Also over the night in which the clocks go forward."""
    clock.step_wall_clock(86.5 * 86_400)
    zone = "Europe/Berlin"
    section = {"Cron": "30 */6 * * *", "TimeZone": zone}
    builder = HostBuilder(settings_files=(), settings={"Restock": section}, clock=clock)
    add_shadow(builder, "Restock", RestockOptions, takes=old.seconds_of)
    scheduler.add_job(_nothing, CronTrigger.from_crontab("30 */6 * * *", zone), id="restock")
    async with builder.add_listener(ShadowRuns(journal, clock)).build():
        scheduler.start()
        await clock.advance(3 * 86_400)
        scheduler.shutdown()
        await clock.settle()
    (found,) = compare(journal, tolerance=1)
    assert (found.verdict, found.phase, len(found.both)) == (Verdict.ALIKE, 0, 12)
