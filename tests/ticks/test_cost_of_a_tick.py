"""What a tick costs, counted and not timed, so that a loaded machine decides nothing."""

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TypeAlias

import pytest

from loopjobs import (
    Alarm,
    CancellationToken,
    Event,
    Host,
    HostBuilder,
    LoopJobOptions,
    RunEnded,
    RunRecord,
    RunStarted,
)
from loopjobs.testing import FakeClock

from .counting import calls_of, count_made

JOBS = 20
INTERVAL = 10
SLOTS_REMEMBERED = 50
CALLS = 6


Body: TypeAlias = Callable[[CancellationToken], Coroutine[object, object, None]]


class CountingClock(FakeClock):
    """Counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def now(self) -> datetime:
        self.asked["now"] += 1
        return super().now()

    def monotonic(self) -> float:
        self.asked["monotonic"] += 1
        return super().monotonic()

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        self.asked["call_between"] += 1
        return super().call_between(earliest, latest, callback)


async def body(ct: CancellationToken) -> None:
    pass


async def waiting_body(ct: CancellationToken) -> None:
    await asyncio.sleep(0)


def host_on(clock: FakeClock, jobs: int = JOBS, job: Body = body) -> Host:
    names = [f"job{number}" for number in range(jobs)]
    section = {"IntervalInSeconds": INTERVAL, "InitialDelayInSeconds": INTERVAL}
    settings = {
        # Looking at the settings files is no part of a tick.
        "Host": {"SettingsReloadIntervalInSeconds": 0},
        **dict.fromkeys(names, section),
    }
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    for name in names:
        builder.add_loop_job(job, LoopJobOptions, name=name)
    return builder.build()


async def test_loops_that_are_due_together_ask_for_one_wake_up() -> None:
    """However many they are, and whatever they do in it."""
    clock = CountingClock()
    async with host_on(clock):
        await clock.advance(INTERVAL)
        clock.asked.clear()
        await clock.advance(5 * INTERVAL)
        assert clock.asked["call_between"] == 5


async def test_a_tick_reads_the_clock_at_the_end_of_its_run() -> None:
    """It begins when the one before it has ended; the wall clock is read once for all."""
    clock = CountingClock()
    async with host_on(clock):
        await clock.advance(INTERVAL)
        clock.asked.clear()
        await clock.advance(5 * INTERVAL)
        assert clock.asked["monotonic"] == 5 * (JOBS + 1)
        assert clock.asked["now"] == 5


async def test_a_tick_takes_few_calls(clock: FakeClock) -> None:
    """From its wake-up until the loop awaits the next, and without the body."""
    async with host_on(clock):
        await clock.advance(INTERVAL)
        calls = await calls_of(clock.advance(5 * INTERVAL))
    # A call or two are made once for all that wake up together.
    assert calls["loopjobs"] / (5 * JOBS) < CALLS + 1


async def test_a_tick_copies_no_context(clock: FakeClock) -> None:
    """The event loop copies the present one for each callback that is given none."""
    async with host_on(clock):
        await clock.advance(INTERVAL)
        calls = await calls_of(clock.advance(5 * INTERVAL))
    assert calls["copy_context"] == 0


async def test_a_run_that_cannot_overlap_needs_no_task_of_its_own(clock: FakeClock) -> None:
    """It is run in line, by the task of its loop."""
    made: list[str] = []

    def make(
        loop: asyncio.AbstractEventLoop, coroutine: Coroutine[object, object, object]
    ) -> asyncio.Task[object]:
        made.append(repr(coroutine))
        return asyncio.Task(coroutine, loop=loop)

    async with host_on(clock):
        await clock.advance(INTERVAL)
        asyncio.get_running_loop().set_task_factory(make)  # type: ignore[arg-type] # ours only
        await clock.advance(5 * INTERVAL)
        asyncio.get_running_loop().set_task_factory(None)
    assert made == []


@pytest.mark.parametrize(("job", "woken"), [(body, 0), (waiting_body, 1)])
async def test_only_a_body_that_waits_wakes_the_task_of_its_loop(
    clock: FakeClock, job: Body, woken: int
) -> None:
    """To wake one takes as long as all the rest of a tick."""
    async with host_on(clock, job=job):
        await clock.advance(INTERVAL)
        calls = await calls_of(clock.advance(5 * INTERVAL))
    # A task that waits is woken by the result of what it waits for.
    assert calls["set_result"] == 5 * JOBS * woken


async def test_nothing_is_told_that_nobody_hears(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event is made of a run that went well, and no record either until somebody asks."""
    made = count_made(monkeypatch, RunStarted, RunEnded, RunRecord)
    async with host_on(clock) as host:
        await clock.advance(5 * INTERVAL)
        assert made == {}
        assert len(host.jobs["job0"].history()) == 5
        assert made == {"RunRecord": 5}


async def test_nothing_is_told_to_a_listener_that_does_not_listen(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told again as soon as it does."""
    made = count_made(monkeypatch, RunStarted, RunEnded)
    sleeper = Sleeper()
    builder = HostBuilder(
        settings_files=(), settings={"body": {"IntervalInSeconds": INTERVAL}}, clock=clock
    )
    builder.add_loop_job(body, LoopJobOptions).add_listener(sleeper)
    async with builder.build():
        await clock.advance(5 * INTERVAL)
        assert made == {}
        sleeper.heard.clear()
        sleeper.is_listening = True
        await clock.advance(INTERVAL)
        assert [type(event) for event in sleeper.heard] == [RunStarted, RunEnded]


async def test_ticks_leave_nothing_behind_but_a_short_history(clock: FakeClock) -> None:
    """Once the history is full, the next hundred slots take no more memory."""
    async with host_on(clock):
        await clock.advance((SLOTS_REMEMBERED + 10) * INTERVAL)
        before = _blocks()
        await clock.advance(100 * INTERVAL)
        # A few are for numbers that have grown, one in twenty ticks at the most.
        assert _blocks() - before < 5 * JOBS


async def test_a_run_that_went_well_is_remembered_in_a_handful_of_objects(
    clock: FakeClock,
) -> None:
    """A hundred thousand loops remember five million of them."""
    async with host_on(clock):
        await clock.advance(INTERVAL)
        before = _blocks()
        await clock.advance((SLOTS_REMEMBERED - 10) * INTERVAL)
        remembered = JOBS * (SLOTS_REMEMBERED - 10)
        assert (_blocks() - before) / remembered < 6


class Sleeper:
    """A listener that says whether it listens."""

    def __init__(self) -> None:
        self.is_listening = False
        self.heard: list[Event] = []

    def __call__(self, event: Event, /) -> None:
        self.heard.append(event)


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()
