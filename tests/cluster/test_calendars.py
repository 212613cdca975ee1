"""Calendars in the cluster: every replica reads its slots off a wall clock of its own."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopjobs import Alarm, Calendar, CancellationToken, Outcome, RunAgain
from loopjobs.testing import FakeClock, MemoryLeases

from .replicas import Replica

BEGIN = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)


class SkewedClock:
    """The clock of a machine whose wall clock is set a little wrong.

    Args:
        clock: The time that passes for all.
        skew: Seconds that its wall clock is ahead.
    """

    def __init__(self, clock: FakeClock, skew: float) -> None:
        self.clock = clock
        self.skew = skew

    def now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.skew)

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        return self.clock.call_between(earliest, latest, callback)

    async def pass_until(self, ended: asyncio.Future[None]) -> None:
        await self.clock.pass_until(ended)


class World:
    """Replicas of one job with a calendar."""

    def __init__(self, skews: Sequence[float], seconds: float = 0, **options: object) -> None:
        self.clock = FakeClock(BEGIN)
        self.leases = MemoryLeases(self.clock)
        self.seconds = seconds
        self.fails = 0
        self.replicas: list[Replica] = []
        for skew in skews:
            self.add(skew, **options)

    def add(self, skew: float, **options: object) -> None:
        """Add one more replica, whose wall clock is that many seconds ahead."""
        given: dict[str, object] = {"IntervalInSeconds": None, "Cron": "* * * * *", **options}
        clock = SkewedClock(self.clock, skew)
        self.replicas.append(Replica(self.leases, clock, self._body, None, **given))

    async def _body(self, ct: CancellationToken) -> RunAgain | None:
        await ct.sleep(self.seconds)
        if self.fails:
            self.fails -= 1
            raise OSError("as told")
        return None

    async def start(self) -> None:
        for replica in self.replicas:
            await replica.host.start()

    async def stop(self) -> None:
        for replica in self.replicas:
            await replica.host.stop()

    def slots(self) -> list[datetime]:
        """Return the slots that were run, whoever ran them."""
        return sorted(run.due_at for replica in self.replicas for run in replica.runs)


def minutes(slots: Sequence[datetime]) -> list[float]:
    return [(slot - BEGIN) / timedelta(minutes=1) for slot in slots]


async def test_each_slot_is_run_once_by_clocks_that_differ() -> None:
    """The one that is ahead comes first; the very first slot was before its time."""
    world = World([0, 12, -12], Cron="*/5 * * * *")
    await world.start()
    await world.clock.advance(21 * 60)
    assert minutes(world.slots()) == [0, 5, 10, 15, 20]
    assert [len(replica.runs) for replica in world.replicas] == [1, 4, 0]
    for replica in world.replicas:
        ledger = replica.job.status().ledger
        assert ledger.due == ledger.settled
        assert ledger.succeeded + ledger.skipped_elsewhere == ledger.due
    await world.stop()


async def test_a_time_that_is_left_out_is_run_once_in_the_cluster() -> None:
    """The change of the clock is one instant for all."""
    world = World([0, 3, -3], Cron="30 2 * * *", TimeZone="Europe/Berlin")
    await world.start()
    await world.clock.advance(2 * 86_400)
    assert minutes(world.slots()) == [90, 90 + 23.5 * 60]
    await world.stop()


async def test_who_comes_next_after_a_replica_is_gone_runs_the_next_slot() -> None:
    """The slot that was had is spent."""
    world = World([1, 0], Cron="*/5 * * * *")
    await world.start()
    await world.clock.advance(6 * 60)
    await world.replicas[0].host.stop()
    await world.clock.advance(10 * 60)
    assert minutes(world.slots()) == [0, 5, 10, 15]
    assert [len(replica.runs) for replica in world.replicas] == [1, 3]
    await world.stop()


async def test_a_replica_that_starts_just_after_a_slot_does_not_run_it_again() -> None:
    """Though by its clock the slot is yet to come."""
    world = World([0, -20], Cron="0 * * * *")
    await world.replicas[0].host.start()
    await world.clock.advance(30 * 60 + 5)
    await world.replicas[1].host.start()
    await world.clock.advance(3 * 3600)
    assert minutes(world.slots()) == [30, 90, 150, 210]
    await world.stop()


async def test_a_slot_that_falls_due_during_the_run_of_another_replica_waits_for_nothing() -> None:
    """It is skipped where the job runs, and elsewhere, and the next free one is run."""
    world = World([0, 0.5], seconds=150)
    await world.start()
    await world.clock.advance(299)
    assert minutes(world.slots()) == [0, 3]
    await world.stop()


async def test_after_an_outage_of_the_store_the_last_slot_is_run_once() -> None:
    """Late, by whoever reaches the store first, and not again by the others."""
    world = World([0, 2, 4], Cron="0 * * * *")
    await world.start()
    await world.clock.advance(60)
    world.leases.is_down = True
    await world.clock.advance(30 * 60)
    world.leases.is_down = False
    await world.clock.advance(20 * 60)
    assert len(world.slots()) == 1
    await world.clock.advance(60 * 60)
    assert minutes(world.slots())[1:] == [90]
    await world.stop()


async def test_a_run_by_hand_takes_no_slot() -> None:
    """The next one is run as if it had not been."""
    world = World([0, 0], Cron="0 * * * *")
    await world.start()
    await world.clock.advance(29 * 60 + 55)
    record = await world.replicas[1].job.trigger()
    assert record.outcome is Outcome.SUCCEEDED
    await world.clock.advance(70)
    assert minutes(world.slots()) == [29 + 55 / 60, 30]
    await world.stop()


async def test_failures_put_the_job_off_in_the_whole_cluster_to_a_slot() -> None:
    """Nobody runs those that fall into the back-off."""
    world = World([0, 0.5, 1], Cron="*/10 * * * *", MaxBackoffInSeconds=3600)
    world.fails = 3
    await world.start()
    await world.clock.advance(2 * 3600 - 5)
    found = [round(minute) for minute in minutes(world.slots())]
    # Counted from the first: two tens of minutes after the second failure, four after the third.
    assert found == [0, 10, 30, 70, 80, 90, 100, 110]
    await world.stop()


async def test_replicas_with_different_calendars_run_the_slots_of_both() -> None:
    """As in a rolling deployment; those that meet are one."""
    world = World([0], Cron="0 * * * *")
    world.add(0, Cron="30 */2 * * *")
    world.add(0, Cron="0 */2 * * *")
    await world.start()
    await world.clock.advance(5 * 3600 - 1)
    assert minutes(world.slots()) == [30, 60, 90, 150, 180, 210, 270]
    await world.stop()


OTHER_TIMES = (
    "sweep: another replica runs it at other times: its slot of {}, and the next one after {} s,"
    " are not both among those of this one, {} (UTC); until they agree the slots of both are run"
)


@pytest.mark.parametrize(
    ("ours", "theirs", "slot", "gap"),
    [
        ("0 * * * *", "30 */2 * * *", "2026-03-29 00:30:00Z", 7200),
        ("0 */2 * * *", "0 * * * *", "2026-03-29 02:00:00Z", 3600),
        ("0 1,2,4,5 * * *", "0 1-5 * * *", "2026-03-29 02:00:00Z", 3600),
        ("0 0-7 * * *", "0 0-7/2 * * *", "2026-03-29 02:00:00Z", 7200),
    ],
)
async def test_a_replica_whose_calendar_differs_says_so_once(
    caplog: pytest.LogCaptureFixture, ours: str, theirs: str, slot: str, gap: int
) -> None:
    """When another one has had a slot that is none of its own, or goes on to another one."""
    world = World([0], Cron=ours)
    world.add(0.25, Cron=theirs)
    await world.start()
    await world.clock.advance(16 * 3600)
    lines = [each.message for each in caplog.records if f", {ours} (UTC);" in each.message]
    assert lines == [OTHER_TIMES.format(slot, gap, ours)]
    await world.stop()


async def test_when_the_other_calendar_is_gone_that_is_told_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And it is said again if another one comes."""
    caplog.set_level("INFO", "loopjobs.leases")
    world = World([0], Cron="0 * * * *")
    await world.start()
    for cron in ("30 * * * *", "0 * * * *", "15 * * * *"):
        world.add(0, Cron=cron)
        await world.replicas[-1].host.start()
        await world.clock.advance(12 * 3600 + 60)
        await world.replicas.pop().host.stop()
    lines = [each.message for each in caplog.records if " 0 * * * * (UTC)" in each.message]
    assert [line.split()[1] for line in lines] == ["another", "no", "another"]
    assert lines[1] == (
        "sweep: no replica runs it at other times than this one any more: 0 * * * * (UTC)"
    )
    await world.stop()


@pytest.mark.parametrize("skews", [[0, 20, -9], [0, 0, 0]])
async def test_clocks_that_differ_and_changes_of_all_are_no_disagreement(
    caplog: pytest.LogCaptureFixture, skews: list[float]
) -> None:
    """Whether the clock is put forward, the store is away, a run is long, or one is by hand."""
    world = World(skews, seconds=200, Cron="30 2 * * *", TimeZone="Europe/Berlin")
    await world.start()
    by_hand = asyncio.create_task(world.replicas[0].job.trigger())
    await world.clock.advance(3 * 3600)
    assert (await by_hand).outcome is Outcome.SUCCEEDED
    for replica in world.replicas:
        replica.section["Cron"] = "*/3 1 * * *"
        assert not await replica.host.reload_settings()
    await world.clock.advance(20 * 3600)
    # All slots of a night. Time without the store is costly, for it is asked again and again.
    world.leases.is_down = True
    await world.clock.advance(2 * 3600)
    world.leases.is_down = False
    await world.clock.advance(86_400)
    assert len(world.slots()) > 10
    assert "other times" not in caplog.text
    await world.stop()


@pytest.mark.parametrize("step", [-7_000.0, 7_000.0, -1e12])
async def test_a_clock_of_the_store_that_is_set_is_no_other_calendar(
    caplog: pytest.LogCaptureFixture, step: float
) -> None:
    """However far it goes back; where it goes forward, slots look old."""
    world = World([0, 3], Cron="0 * * * *")
    await world.start()
    await world.clock.advance(5 * 3600)
    world.leases.step(step)
    await world.clock.advance(5 * 3600)
    assert len(world.slots()) >= 9
    assert "other times" not in caplog.text
    await world.stop()


async def test_an_interval_beside_a_calendar_is_told_once_by_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Though the gaps of the calendar are now this interval, now that."""
    world = World([0], Cron="0,10,30 * * * *")
    world.add(0, Cron=None, IntervalInSeconds=1_700)
    await world.start()
    await world.clock.advance(12 * 3600)
    lines = [each.message for each in caplog.records if "another replica" in each.message]
    assert len(lines) == 2
    assert sum("another replica runs it every" in line for line in lines) == 1
    await world.stop()


async def test_a_deployment_leads_from_an_interval_to_a_calendar_and_back() -> None:
    """The new kind counts at once; where both are, the interval sets the pace."""
    world = World([0, 0], Cron=None, IntervalInSeconds=600)
    await world.start()
    await world.clock.advance(25 * 60)
    for replica in world.replicas:
        replica.section.update(Cron="45 * * * *", IntervalInSeconds=None)
        assert not await replica.host.reload_settings()
        await world.clock.advance(30)
    await world.clock.advance(2 * 3600)
    assert minutes(world.slots()) == [0, 10, 20, 75, 135]
    for replica in world.replicas:
        replica.section.update(Cron=None, IntervalInSeconds=1800)
        assert not await replica.host.reload_settings()
    await world.clock.advance(1800)
    assert minutes(world.slots())[5:] == [165]
    await world.stop()


@settings(max_examples=settings().max_examples // 3)
@given(
    cron=st.sampled_from(["* * * * *", "*/10 * * * * *", "0,7 * * * *", "*/20 1-3 * * *"]),
    skews=st.lists(st.floats(-0.49, 0.49), min_size=2, max_size=4),
    seconds=st.sampled_from([0, 0.3, 3]),
    script=st.lists(
        st.tuples(st.sampled_from(["stop", "stall", "down", "advance"]), st.integers(0, 3)),
        max_size=4,
    ),
)
def test_no_slot_is_run_twice_and_none_is_lost_while_somebody_is_there(
    cron: str, skews: list[float], seconds: float, script: list[tuple[str, int]]
) -> None:
    """Clocks differ by up to half the gap, or half a minute; replicas go, stall, lose the way."""
    asyncio.run(_play(cron, skews, seconds, script))


async def _play(
    cron: str, skews: list[float], seconds: float, script: list[tuple[str, int]]
) -> None:
    calendar = Calendar(cron, "Europe/Berlin")
    most = min(30, calendar.shortest_gap / 2)
    world = World([skew * most for skew in skews], seconds, Cron=cron, TimeZone="Europe/Berlin")
    await world.start()
    for kind, index in script:
        await world.clock.advance(137.3)
        await _do(world, kind, index)
        await world.clock.advance(61)
    world.leases.is_down = False
    # Past the full hour, when each of the calendars has a slot, by the slowest of the clocks.
    await world.clock.advance(1_900)
    end = world.clock.now()
    await world.stop()
    had = Counter(calendar.last_by(run.due_at) for each in world.replicas for run in each.runs)
    assert max(had.values()) == 1
    if seconds < most and not {"stall", "down"} & {kind for kind, _ in script}:
        first, last = min(had), calendar.last_by(end - timedelta(seconds=most + 1))
        assert sum(slot <= last for slot in had) == calendar.count(first, last)
        assert first <= calendar.after(BEGIN + timedelta(seconds=most))


async def _do(world: World, kind: str, index: int) -> None:
    match kind:
        case "stop":
            # The first one stays.
            if others := world.replicas[1:]:
                await others[index % len(others)].host.stop()
        case "stall":
            world.clock.stall(95.7)
        case "down":
            world.leases.is_down = not world.leases.is_down
        case _:
            await world.clock.advance(600)
