"""PcKeepAliveJob inside a host, in virtual time."""

from datetime import timedelta

from login.domain.ports import SweepStore
from login.jobs.pc_keep_alive import PcKeepAliveJob
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from loopjobs.testing import FakeClock, JobHarness

from .fake_sweep_store import FakeSweepStore

MINUTE = 60.0


def harness(store: FakeSweepStore, clock: FakeClock, **options: object) -> JobHarness:
    bound = PcKeepAliveJobOptions.model_validate(options)
    return JobHarness(PcKeepAliveJob, bound, fakes={SweepStore: store}, clock=clock)


def heard(clock: FakeClock, *seconds_ago: float) -> FakeSweepStore:
    moments = (clock.now() - timedelta(seconds=ago) for ago in seconds_ago)
    return FakeSweepStore(dict(enumerate(moments, start=1)))


async def test_a_pc_that_falls_silent_is_found_within_threshold_and_interval(
    clock: FakeClock,
) -> None:
    """Five minutes and at the most one interval later the PC is offline, and the run says so."""
    store = heard(clock, 0)
    async with harness(store, clock) as job:
        await clock.advance(5 * MINUTE)
        assert store.marked == {}
        await clock.advance(MINUTE)
        assert set(store.marked) == {1}
        reported = job.history()[0].reported
    assert reported == {
        "online": 0,
        "stale": 1,
        "marked": 1,
        "skipped_race": 0,
        "failed": 0,
        "held": 0,
    }


async def test_case_12_a_pause_of_the_process_is_not_the_fleet_s_silence(clock: FakeClock) -> None:
    """The process stalls for half an hour: the late run marks whom the missed one had marked."""
    store = heard(clock, 0, 200, 250)
    async with harness(store, clock):
        await clock.advance(10)
        clock.stall(30 * MINUTE)
        await clock.advance(0)
        assert set(store.marked) == {3}
        store.online[2] = clock.now()
        await clock.advance(MINUTE)
        assert set(store.marked) == {1, 3}


async def test_case_12_a_suspended_machine_is_not_the_fleet_s_silence(clock: FakeClock) -> None:
    """In a suspend only the wall clock goes on; the run after it marks nobody either."""
    store = heard(clock, 0)
    async with harness(store, clock):
        await clock.advance(10)
        clock.step_wall_clock(30 * MINUTE)
        await clock.advance(MINUTE)
        assert store.marked == {}


async def test_case_12_without_compensation_a_late_run_marks_by_the_plain_rule(
    clock: FakeClock,
) -> None:
    """Who switches it off gets the rule to the letter."""
    store = heard(clock, 0)
    async with harness(store, clock, LateRunCompensation=False):
        await clock.advance(10)
        clock.stall(30 * MINUTE)
        await clock.advance(0)
        assert set(store.marked) == {1}


async def test_a_run_by_hand_is_never_late(clock: FakeClock) -> None:
    """Somebody who triggers a sweep sees the rule at work, whenever the last run was."""
    store = heard(clock, 0)
    async with harness(store, clock, InitialDelayInSeconds=36_000) as job:
        await job.run_once()
        await clock.advance(301)
        await job.run_once()
        assert set(store.marked) == {1}
