"""All loops of a host share one timer: what is due together wakes the process once."""

from collections.abc import Callable
from typing import Any

import pytest

from loopjobs import Alarm, CancellationToken, HostBuilder, LoopJobOptions, RunAgain
from loopjobs.testing import FakeClock

SECTION = {"IntervalInSeconds": 10}


class CountingClock(FakeClock):
    """Counts its calls back, and waits as long as the window allows, as the system's clock does."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        def called() -> None:
            self.calls += 1
            callback()

        return super().call_between(latest, latest, called)


async def do_nothing(ct: CancellationToken) -> None:
    pass


def jobs(
    clock: FakeClock, count: int, slack: float, **options: Callable[[int], Any]
) -> HostBuilder:
    settings: dict[str, object] = {"Host": {"TimerSlackInMilliseconds": slack}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    for number in range(count):
        name = f"job{number}"
        settings[name] = SECTION | {key: value(number) for key, value in options.items()}
        builder.add_loop_job(do_nothing, LoopJobOptions, name=name)
    return builder


@pytest.mark.parametrize(("slack", "calls"), [(0, 100), (5, 20), (99, 1)])
async def test_slots_within_the_slack_share_a_wake_up(slack: float, calls: int) -> None:
    """A hundred loops a millisecond apart need a wake-up for each slack and one more."""
    clock = CountingClock()
    spread = jobs(clock, 100, slack, InitialDelayInSeconds=lambda number: 1 + number / 1_000)
    async with spread.build() as host:
        await clock.advance(5)
        assert sum(job.status().ledger.succeeded for job in host.jobs.values()) == 100
        assert clock.calls == pytest.approx(calls, abs=4)


@pytest.mark.parametrize("slack", [0, 5])
async def test_slots_of_one_moment_share_a_wake_up_without_slack(slack: float) -> None:
    """A hundred loops of one grid cost one wake-up an interval."""
    clock = CountingClock()
    async with jobs(clock, 100, slack).build() as host:
        await clock.advance(5)
        clock.calls = 0
        await clock.advance(100)
        assert sum(job.status().ledger.succeeded for job in host.jobs.values()) == 1_100
        assert clock.calls == 10


async def test_the_slack_does_not_add_up() -> None:
    """Each run is late by the slack at most, and the grid does not move."""
    clock = CountingClock()
    async with jobs(clock, 3, 5, InitialDelayInSeconds=lambda number: number / 500).build() as host:
        await clock.advance(1_001)
        records = [record for job in host.jobs.values() for record in job.history()]
    late = [
        (record.started_at - record.due_at).total_seconds()
        for record in records
        if record.started_at
    ]
    assert max(late) <= 0.005 + 1e-9
    assert {round(record.due_at.microsecond / 1_000) for record in records} == {0, 2, 4}


async def test_an_idle_host_makes_no_calls() -> None:
    """Nothing is polled: with no slot due the process sleeps."""
    clock = CountingClock()
    async with jobs(clock, 20, 5, IntervalInSeconds=lambda _: 86_400).build():
        await clock.advance(1)
        clock.calls = 0
        await clock.advance(86_000)
        assert clock.calls == 0


async def test_disabled_and_paused_jobs_make_no_more_calls_than_their_slots() -> None:
    """A disabled job makes none, a paused one marks its slots."""
    clock = CountingClock()
    async with jobs(clock, 20, 5, Enabled=lambda number: number == 0).build() as host:
        await host.jobs["job0"].pause()
        await clock.advance(1)
        clock.calls = 0
        await clock.advance(100)
        assert clock.calls == 10


async def test_a_limit_that_was_kept_costs_no_wake_up() -> None:
    """It is called off with the run, wherever it lies between two slots."""
    clock = CountingClock()
    limits = jobs(clock, 5, 0, TimeoutInSeconds=lambda number: (1, 9, 15, 60, 61)[number])
    async with limits.build():
        await clock.advance(5)
        clock.calls = 0
        await clock.advance(1_000)
        assert clock.calls == 100


class ThreeVerbs:
    """A clock that somebody wrote after the protocol `Clock`: it can only sleep."""

    def __init__(self, clock: FakeClock) -> None:
        self.now = clock.now
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep


async def test_a_clock_with_three_verbs_is_enough(clock: FakeClock) -> None:
    """Loops, limits and stops work on it."""
    settings = {"Host": {"TimerSlackInMilliseconds": 0}, "body": SECTION | {"TimeoutInSeconds": 3}}
    starts: list[float] = []

    async def body(ct: CancellationToken) -> None:
        starts.append(clock.monotonic())
        await ct.sleep(0 if len(starts) < 3 else 100)

    builder = HostBuilder(settings_files=(), settings=settings, clock=ThreeVerbs(clock))
    host = builder.add_loop_job(body, LoopJobOptions).build()
    await host.start()
    await clock.advance(45)
    ledger = host.jobs["body"].status().ledger
    await host.stop()
    assert starts == [0, 10, 20, 30, 40]
    assert (ledger.succeeded, ledger.timed_out) == (2, 3)


async def test_a_backlog_does_not_wait_for_the_slack() -> None:
    """A run that asks for the next one at once gets it, though it has taken a while itself."""
    clock, starts = CountingClock(), list[float]()

    async def job(ct: CancellationToken) -> RunAgain:
        starts.append(clock.monotonic())
        clock.stall(0.001)
        return RunAgain(after=0 if len(starts) < 4 else 10)

    settings = {"Host": {"TimerSlackInMilliseconds": 500}, "job": SECTION}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    async with builder.add_loop_job(job, LoopJobOptions).build():
        await clock.advance(5)
    assert starts == pytest.approx([starts[0] + number * 0.001 for number in range(4)])
