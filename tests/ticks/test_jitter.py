"""Jitter delays each tick by a random share; the grid does not move."""

from collections.abc import Iterable
from random import Random

from loopjobs import Host, HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock

from .bodies import Sleeper


class Shares(Random):
    """Gives the shares it is told."""

    def __init__(self, shares: Iterable[float]) -> None:
        super().__init__()
        self._shares = iter(shares)

    def uniform(self, a: float, b: float) -> float:
        return a + next(self._shares) * (b - a) if b else a


def build(sleeper: Sleeper, *shares: float, **options: object) -> Host:
    section = {"IntervalInSeconds": 10, **options}
    builder = HostBuilder(settings_files=(), settings={"run": section}, clock=sleeper.clock)
    host = builder.add_loop_job(sleeper.run, LoopJobOptions).build()
    host._parts.context.random.uniform = Shares(shares).uniform  # type: ignore[method-assign]
    return host


async def test_ticks_are_delayed_and_the_grid_stays(clock: FakeClock) -> None:
    """Tornado's case of random shares, with nothing that adds up."""
    sleeper = Sleeper(clock)
    async with build(sleeper, 0.5, 1, 0, 0.75, 0, JitterInSeconds=5) as host:
        await clock.advance(35)
        due_at = [record.due_at for record in host.jobs["run"].history()]
    assert sleeper.starts == [2.5, 15, 20, 33.75]
    assert [(at - FakeClock().now()).total_seconds() for at in due_at] == [30, 20, 10, 0]
    assert [run.lateness for run in sleeper.runs] == [0, 0, 0, 0]


async def test_jitter_does_not_accumulate(clock: FakeClock) -> None:
    """After thousands of ticks each is still within its share of its own slot."""
    sleeper = Sleeper(clock)
    section = {"IntervalInSeconds": 10, "JitterInSeconds": 9.999}
    builder = HostBuilder(settings_files=(), settings={"run": section}, clock=clock)
    async with builder.add_loop_job(sleeper.run, LoopJobOptions).build() as host:
        await clock.advance(20_000)
        assert host.jobs["run"].status().ledger.skipped_running == 0
    late = [start - 10 * slot for slot, start in enumerate(sleeper.starts)]
    assert len(late) in {2_000, 2_001}
    assert all(0 <= each <= 9.999 for each in late)
    assert max(late) > 9
    assert min(late) < 1


async def test_a_jitter_near_the_interval_lets_runs_meet(clock: FakeClock) -> None:
    """A late tick and an early one after it are close; a run between them is in progress."""
    sleeper = Sleeper(clock, 2)
    async with build(sleeper, 1, 0.1, 0, 0, JitterInSeconds=9.9) as host:
        await clock.advance(25)
        ledger = host.jobs["run"].status().ledger
    assert (sleeper.starts, ledger.skipped_running) == ([9.9, 20], 1)


async def test_a_stall_looks_at_slots_with_their_jitter(clock: FakeClock) -> None:
    """A slot whose share had not passed yet was not missed."""
    sleeper = Sleeper(clock)
    async with build(sleeper, 0, 0.5, 0.5, 0.5, JitterInSeconds=8) as host:
        clock.stall(32)
        await clock.advance(3)
        ledger = host.jobs["run"].status().ledger
    # At 32 slot 10 was missed and slot 20 runs late; slot 30 is to start at 34.
    assert (sleeper.starts, ledger.missed) == ([0, 32, 34], 1)


async def test_the_delay_of_a_fixed_delay_gets_jitter_too(clock: FakeClock) -> None:
    """The share is added to the interval after the end of the run."""
    sleeper = Sleeper(clock, 1)
    shares = [0, 0.5, 1, 0, 0]
    async with build(sleeper, *shares, JitterInSeconds=4, Pacing="FixedDelay"):
        await clock.advance(45)
    assert sleeper.starts == [0, 13, 28, 39]


async def test_start_jitter_is_added_once(clock: FakeClock) -> None:
    """It moves the whole grid of this replica, on top of the initial delay."""
    sleeper = Sleeper(clock)
    options = {"StartJitterInSeconds": 60, "InitialDelayInSeconds": 3}
    async with build(sleeper, 0.25, **options):
        await clock.advance(40)
    assert sleeper.starts == [18, 28, 38]


async def test_start_jitter_spreads_replicas(clock: FakeClock) -> None:
    """Each replica draws its own, within the bound."""
    sleepers = [Sleeper(clock) for _ in range(20)]
    starts = set()
    for sleeper in sleepers:
        begun = clock.monotonic()
        section = {"IntervalInSeconds": 1_000, "StartJitterInSeconds": 60}
        builder = HostBuilder(settings_files=(), settings={"run": section}, clock=clock)
        async with builder.add_loop_job(sleeper.run, LoopJobOptions).build():
            await clock.advance(60)
        starts.add(sleeper.starts[0] - begun)
    assert len(starts) == 20
    assert all(0 <= start <= 60 for start in starts)
