"""Jobs that run at times of the calendar: slots, the ledger, and a wall clock that is set."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loopjobs import (
    Calendar,
    CancellationToken,
    HostBuilder,
    JobStatus,
    LoopJobOptions,
    RunRecord,
    current_run,
)
from loopjobs.testing import FakeClock

DAY = 86_400.0
BEGIN = datetime(2026, 3, 27, 12, tzinfo=UTC)


class Play:
    """A host with one job of a calendar."""

    def __init__(self, **options: object) -> None:
        self.clock = FakeClock(BEGIN)
        self.seconds = 0.0
        self.fails = 0
        self.triggered: list[asyncio.Future[RunRecord]] = []
        self.due: list[datetime] = []
        self.section = {"Cron": "30 2 * * *", **options}
        builder = HostBuilder(settings_files=(), settings={"job": self.section}, clock=self.clock)
        self.host = builder.add_loop_job(self.job, LoopJobOptions).build()

    async def job(self, ct: CancellationToken) -> None:
        if current_run().slot is not None:
            self.due.append(current_run().due_at)
        await ct.sleep(self.seconds)
        if self.fails:
            self.fails -= 1
            raise OSError("as told")

    @property
    def status(self) -> JobStatus[LoopJobOptions]:
        return self.host.jobs["job"].status()

    @property
    def last(self) -> RunRecord:
        return self.host.jobs["job"].history()[0]

    async def change(self, **options: object) -> None:
        self.section.update(options)
        assert not await self.host.reload_settings()


def times(due: Sequence[datetime]) -> list[str]:
    return [f"{instant:%d. %H:%M:%S}" for instant in due]


async def test_a_job_runs_at_times_of_the_calendar() -> None:
    """Not at its start; and on the dot."""
    play = Play(Cron="15 30 2 * * *")
    async with play.host:
        await play.clock.advance(0)
        assert (play.due, play.status.next_due_at) == ([], BEGIN + timedelta(seconds=52_215))
        await play.clock.advance(2 * DAY)
        assert times(play.due) == ["28. 02:30:15", "29. 02:30:15"]
        assert play.last.started_at == datetime(2026, 3, 29, 2, 30, 15, tzinfo=UTC)


async def test_its_times_are_those_of_its_zone() -> None:
    """Across a change of the clock: the time that is left out is due at the change."""
    play = Play(TimeZone="Europe/Berlin")
    async with play.host:
        await play.clock.advance(3 * DAY)
        assert times(play.due) == ["28. 01:30:00", "29. 01:00:00", "30. 00:30:00"]


async def test_slots_before_the_initial_delay_are_not_due() -> None:
    """It says from when on, and moves none."""
    play = Play(InitialDelayInSeconds=1.5 * DAY)
    async with play.host:
        await play.clock.advance(3 * DAY)
        assert times(play.due) == ["29. 02:30:00", "30. 02:30:00"]
        assert play.status.ledger.due == 2


async def test_jitter_delays_the_runs_and_no_slot() -> None:
    """As on a grid."""
    play = Play(Cron="* * * * *", JitterInSeconds=50)
    async with play.host:
        await play.clock.advance(3600)
        assert len(set(play.due)) == len(play.due) >= 59
        assert all(instant.second == 0 for instant in play.due)
        assert play.status.ledger.due == len(play.due)


async def test_a_run_that_lasts_over_slots_skips_them() -> None:
    """And the next free one is run."""
    play = Play(Cron="* * * * *")
    play.seconds = 150
    async with play.host:
        await play.clock.advance(299)
        assert times(play.due) == ["27. 12:00:00", "27. 12:03:00"]
        assert play.status.ledger.skipped_running == 3


async def test_after_a_stall_the_last_slot_runs_late_and_the_others_are_missed() -> None:
    """No burst follows; weeks with slots by the second are counted at once."""
    play = Play(Cron="* * * * * *")
    async with play.host:
        await play.clock.advance(9.5)
        play.clock.stall(30 * DAY)
        await play.clock.advance(0)
        assert (len(play.due), play.status.ledger.missed) == (11, 30 * DAY - 1)


async def test_a_clock_put_forward_is_noticed_within_a_minute() -> None:
    """What it has passed over is missed, but for the last, which runs late."""
    play = Play()
    async with play.host:
        await play.clock.advance(1)
        play.clock.step_wall_clock(3 * DAY)
        await play.clock.advance(60)
        assert times(play.due) == ["30. 02:30:00"]
        assert (play.status.ledger.due, play.status.ledger.missed) == (3, 2)


async def test_a_clock_put_back_brings_no_slot_a_second_time() -> None:
    """The one to come waits for its time by the clock as it is now."""
    play = Play()
    async with play.host:
        await play.clock.advance(15 * 3600)
        assert times(play.due) == ["28. 02:30:00"]
        play.clock.step_wall_clock(-3600)
        await play.clock.advance(3600)
        assert len(play.due) == 1
        await play.clock.advance(23 * 3600)
        assert len(play.due) == 1
        await play.clock.advance(3600)
        assert times(play.due) == ["28. 02:30:00", "29. 02:30:00"]
        assert play.last.started_at == play.last.due_at


async def test_a_clock_put_back_just_before_a_slot_lets_it_wait() -> None:
    """A run at midnight that asks for the date must not be told yesterday's."""
    play = Play(Cron="0 0 * * *")
    async with play.host:
        await play.clock.advance(12 * 3600 - 5)
        play.clock.step_wall_clock(-30)
        await play.clock.advance(34)
        assert play.due == []
        await play.clock.advance(1)
        assert play.last.started_at == datetime(2026, 3, 28, tzinfo=UTC)


async def test_back_off_doubles_the_time_to_the_next_slot() -> None:
    """Slots that fall into it are skipped, also those that a stall has made late."""
    play = Play(Cron="0 * * * *", MaxBackoffInSeconds=6 * 3600)
    play.fails = 3
    async with play.host:
        await play.clock.advance(10 * 3600 + 1)
        # After the second failure two hours, after the third four.
        hours = ["27. 12:00:00", "27. 13:00:00", "27. 15:00:00", "27. 19:00:00"]
        assert times(play.due) == [*hours, "27. 20:00:00", "27. 21:00:00", "27. 22:00:00"]
        assert play.status.ledger.skipped_backoff == 4
        play.fails = 2
        await play.clock.advance(2 * 3600)
        play.clock.stall(5 * 3600)
        await play.clock.advance(0)
        # 23:00 and 0:00 failed, so 1:00 was put off; of the others the last one runs.
        assert times(play.due)[-3:] == ["27. 23:00:00", "28. 00:00:00", "28. 05:00:00"]
        assert (play.status.ledger.skipped_backoff, play.status.ledger.missed) == (5, 3)


async def test_a_reload_leads_from_an_interval_to_a_calendar_and_back() -> None:
    """No slot is run twice for that."""
    play = Play(Cron=None, IntervalInSeconds=600)
    async with play.host:
        await play.clock.advance(1200)
        await play.change(Cron="*/10 * * * *", IntervalInSeconds=None)
        assert play.status.next_due_at == BEGIN + timedelta(minutes=30)
        await play.clock.advance(1200)
        assert [(due - BEGIN).total_seconds() for due in play.due] == [0, 600, 1200, 1800, 2400]
        await play.change(Cron="0 13 * * *", TimeZone="UTC")
        await play.change(TimeZone="Etc/GMT-1")
        assert play.status.next_due_at == BEGIN + timedelta(days=1)
        await play.change(Cron=None, IntervalInSeconds=900)
        await play.clock.advance(900)
        assert (play.due[-1] - BEGIN).total_seconds() == 3300
        assert play.status.ledger.due == len(play.due) == 6


async def test_a_disabled_calendar_has_no_slots_until_it_is_enabled() -> None:
    """And none of those before is caught up with."""
    play = Play(Cron="0 * * * *", Enabled=False)
    async with play.host:
        await play.clock.advance(3 * 3600 + 10)
        assert (play.status.ledger.due, play.status.next_due_at) == (0, None)
        await play.change(Enabled=True)
        await play.clock.advance(3600)
        assert times(play.due) == ["27. 16:00:00"]


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, float]]:
    """Draw what happens one after the other."""
    kinds = st.sampled_from(["advance", "stall", "step", "trigger", "fail", "last"])
    seconds = st.one_of(st.integers(-7_200, 7_200), st.floats(-90, 90))
    return draw(st.lists(st.tuples(kinds, seconds), max_size=6))


@given(
    cron=st.sampled_from([
        "* * * * *", "*/20 * * * * *", "0 */2 * * *", "30 2 * * *", "0,1,30 1-3 * * *",
        "5-55/10 12-15 * * *", "0 0 3,15 * * *",
    ]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"]),
    options=st.fixed_dictionaries({
        "SkipIfRunning": st.booleans(),
        "MaxBackoffInSeconds": st.sampled_from([None, 7_200]),
        "JitterInSeconds": st.sampled_from([0, 9]),
    }),
    script=steps(),
)  # fmt: skip
def test_every_slot_is_in_the_ledger_once_whatever_happens(
    cron: str, zone: str, options: dict[str, object], script: list[tuple[str, float]]
) -> None:
    """Overruns, stalls, failures, a clock that is set: no slot is run twice, and none is lost."""
    play = Play(Cron=cron, TimeZone=zone, **options)
    asyncio.run(_perform(play, script))
    calendar = Calendar(cron, zone)
    assert all(calendar.last_by(due) == due for due in play.due)
    assert sorted(set(play.due)) == play.due


async def _perform(play: Play, script: list[tuple[str, float]]) -> None:
    async with play.host:
        for kind, seconds in script:
            await _do(play, kind, seconds)
            # Long enough for a clock that was set to be noticed.
            await play.clock.advance(61)
            ledger = play.status.ledger
            assert ledger.due == ledger.settled + ledger.in_flight
        # Until no slot waits for the end of a run.
        play.seconds = 0
        await play.clock.advance(200)
        await asyncio.gather(*play.triggered)
        status = play.status
        calendar, ahead = status.options.calendar, status.next_due_at
        assert calendar is not None
        assert ahead is not None
        first = calendar.at_or_after(BEGIN)
        assert status.ledger.settled == calendar.count(first, ahead) - 1


async def _do(play: Play, kind: str, seconds: float) -> None:
    match kind:
        case "advance":
            await play.clock.advance(abs(seconds))
        case "stall":
            play.clock.stall(abs(seconds))
        case "step":
            play.clock.step_wall_clock(seconds)
        case "fail":
            play.fails = 2
        case "last":
            play.seconds = abs(seconds) / 100
        case _:
            play.triggered.append(asyncio.ensure_future(play.host.jobs["job"].trigger()))
