"""Virtual time: exact, in order, and loud where a test would otherwise hang or lie."""

import asyncio
import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import count, pairwise
from random import Random
from typing import Any

import pytest

from loopjobs import AlarmClock, CancellationToken, LoopJobOptions, RunAgain, VirtualClock
from loopjobs.testing import FakeClock, JobHarness


async def test_it_has_every_face_of_a_clock(clock: FakeClock) -> None:
    """Loops need no adapter for it."""
    assert isinstance(clock, AlarmClock)
    assert isinstance(clock, VirtualClock)


async def test_time_begins_where_it_is_told() -> None:
    """In UTC, whatever zone it is told in; the monotonic clock begins at 0."""
    moment = datetime(2026, 7, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    clock = FakeClock(moment)
    assert clock.now() == moment
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() == 0
    assert FakeClock().now() == datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_naive_moment_is_refused() -> None:
    """Nobody could say which moment it is."""
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


async def test_time_stands_still_until_it_is_advanced(clock: FakeClock) -> None:
    """Nothing a task does makes it pass."""
    woken = asyncio.create_task(clock.sleep(1))
    await clock.settle()
    assert (clock.monotonic(), woken.done()) == (0, False)
    await clock.advance(0.999)
    assert not woken.done()
    await clock.advance(0.001)
    assert woken.done()
    assert clock.now() == FakeClock().now() + timedelta(seconds=1)


async def test_each_sleeper_wakes_at_its_own_moment(clock: FakeClock) -> None:
    """One advance over many of them: in order, and each sees its own time."""
    seen: list[tuple[float, float]] = []
    random = Random(3)  # noqa: S311 - no secret depends on it

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        seen.append((seconds, clock.monotonic()))

    tasks = [asyncio.create_task(sleep(random.uniform(0, 100))) for _ in range(300)]
    await clock.advance(100)
    await asyncio.gather(*tasks)
    assert all(woken == asked for asked, woken in seen)
    assert all(sooner <= later for (sooner, _), (later, _) in pairwise(seen))


async def test_a_task_that_sleeps_again_is_followed(clock: FakeClock) -> None:
    """.NET's fake clock fires once where a timer is armed anew; this one goes on."""
    woken: list[float] = []

    async def beat() -> None:
        while True:
            await clock.sleep(7)
            woken.append(clock.monotonic())

    beating = asyncio.create_task(beat())
    await clock.advance(50)
    beating.cancel()
    assert woken == [7, 14, 21, 28, 35, 42, 49]
    assert clock.monotonic() == 50


async def test_long_chains_settle_before_time_goes_on(clock: FakeClock) -> None:
    """Tasks that start tasks, callbacks, queues: all of it happens at one moment."""
    moments: list[float] = []

    async def chain(depth: int) -> None:
        await asyncio.sleep(0)
        moments.append(clock.monotonic())
        if depth:
            await asyncio.create_task(chain(depth - 1))

    async def begin() -> None:
        await clock.sleep(1)
        await chain(200)

    begun = asyncio.create_task(begin())
    later = asyncio.create_task(clock.sleep(1.5))
    await clock.advance(2)
    await asyncio.gather(begun, later)
    assert moments == [1] * 201


async def test_sleepers_of_a_moment_have_ended_before_its_alarms(clock: FakeClock) -> None:
    """Whichever was asked for first; and what they started has come to rest."""
    heard: list[str] = []

    async def sleep() -> None:
        await clock.sleep(2)
        for _ in range(5):
            await asyncio.sleep(0)
        heard.append("sleeper")

    clock.call_between(2, 3, lambda: heard.append("alarm"))
    sleeping = asyncio.create_task(sleep())
    await clock.advance(2)
    await sleeping
    assert heard == ["sleeper", "alarm"]


async def test_moments_a_rounding_apart_are_the_same(clock: FakeClock) -> None:
    """0.1 + 0.2 is later than 0.3 only to a machine."""
    heard: list[str] = []

    async def sleep() -> None:
        await clock.sleep(0.1)
        await clock.sleep(0.2)
        heard.append("sleeper")

    clock.call_between(0.3, 0.3, lambda: heard.append("alarm"))
    sleeping = asyncio.create_task(sleep())
    for _ in range(3):
        await clock.advance(0.1)
    assert heard == ["sleeper", "alarm"]
    assert sleeping.done()
    assert clock.monotonic() == pytest.approx(0.3)


async def test_small_steps_reach_what_one_big_step_reaches(clock: FakeClock) -> None:
    """A hundred times a tenth is ten seconds, for whoever sleeps that long."""
    woken = asyncio.create_task(clock.sleep(10))
    for _ in range(100):
        await clock.advance(0.1)
    assert woken.done()


async def test_an_alarm_is_called_at_the_beginning_of_its_window(clock: FakeClock) -> None:
    """Virtual time is exact; one whose window has begun is called at once."""
    heard: list[float] = []
    clock.call_between(3, 60, lambda: heard.append(clock.monotonic()))
    await clock.advance(100)
    clock.call_between(5, 60, lambda: heard.append(clock.monotonic()))
    await clock.settle()
    assert heard == [3, 100]


async def test_an_alarm_that_was_called_off_stays_silent(clock: FakeClock) -> None:
    """Before its time, at its time, in the past; twice does no harm."""
    heard: list[str] = []

    def cancel() -> None:
        later.cancel()

    first = clock.call_between(1, 1, cancel)
    later = clock.call_between(1, 1, lambda: heard.append("later"))
    early = clock.call_between(2, 2, lambda: heard.append("early"))
    past = clock.call_between(0, 0, lambda: heard.append("past"))
    for alarm in (early, early, past):
        alarm.cancel()
    await clock.advance(5)
    first.cancel()
    assert heard == []


async def test_what_a_callback_asks_for_at_its_own_moment_comes_after_the_tasks(
    clock: FakeClock,
) -> None:
    """It is a new step: first everything that the callback set in motion comes to rest."""
    heard: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0)
        heard.append("task")

    def ring() -> None:
        tasks.append(asyncio.create_task(work()))
        clock.call_between(1, 1, lambda: heard.append("asked for"))

    tasks: list[asyncio.Task[None]] = []
    clock.call_between(1, 1, ring)
    await clock.advance(1)
    assert heard == ["task", "asked for"]


async def test_a_cancelled_sleeper_wakes_nobody(clock: FakeClock) -> None:
    """And time passes as if it had never slept."""
    sleeping = asyncio.create_task(clock.sleep(5))
    await clock.settle()
    sleeping.cancel()
    await clock.advance(10)
    assert sleeping.cancelled()
    assert clock.monotonic() == 10


async def test_a_sleeper_cancelled_at_its_own_moment_is_cancelled(clock: FakeClock) -> None:
    """By another one that wakes with it; nothing breaks."""
    sleeping: list[asyncio.Task[None]] = []

    async def cancel() -> None:
        await clock.sleep(5)
        sleeping[0].cancel()

    cancelling = asyncio.create_task(cancel())
    await clock.settle()
    sleeping.append(asyncio.create_task(clock.sleep(5)))
    clock.call_between(4, 4, lambda: None)
    await clock.advance(5)
    await cancelling
    assert sleeping[0].cancelled()


async def test_a_future_cancelled_from_outside_is_left_alone(clock: FakeClock) -> None:
    """A sleeper whose future is gone by the time it is due raises nothing."""
    coroutine = clock.sleep(5)
    future: Any = coroutine.send(None)
    future.cancel()
    await clock.advance(5)
    coroutine.close()


@pytest.mark.parametrize("seconds", [0, -1])
async def test_no_sleep_at_all_gives_others_a_turn(clock: FakeClock, seconds: float) -> None:
    """As asyncio.sleep(0) does; no time has to pass."""
    turns: list[str] = []

    async def other() -> None:
        turns.append("other")

    task = asyncio.create_task(other())
    await clock.sleep(seconds)
    turns.append("sleeper")
    await task
    assert turns == ["other", "sleeper"]


async def test_a_stall_is_looked_at_late(clock: FakeClock) -> None:
    """Everything in it comes with the next advance, in order, at the time of the advance."""
    heard: list[tuple[str, float]] = []
    clock.call_between(3, 3, lambda: heard.append(("alarm", clock.monotonic())))

    async def sleep() -> None:
        await clock.sleep(2)
        heard.append(("sleeper", clock.monotonic()))

    sleeping = asyncio.create_task(sleep())
    await clock.settle()
    clock.stall(10)
    await clock.settle()
    assert heard == []
    await clock.advance(0)
    await sleeping
    assert heard == [("sleeper", 10), ("alarm", 10)]


async def test_a_stall_within_an_advance_never_turns_time_back(clock: FakeClock) -> None:
    """A body that blocks for longer than the advance: what it made late is served in it."""
    heard: list[float] = []
    clock.call_between(1, 1, lambda: clock.stall(20))
    for when in (5, 15):
        clock.call_between(when, when, lambda: heard.append(clock.monotonic()))
    clock.call_between(30, 30, lambda: heard.append(clock.monotonic()))
    await clock.advance(2)
    assert heard == [21, 21]
    assert clock.monotonic() == 21


@pytest.mark.parametrize("step", [86_400, -86_400])
async def test_the_wall_clock_steps_alone(clock: FakeClock, step: float) -> None:
    """Deadlines are where they were."""
    begun = clock.now()
    woken = asyncio.create_task(clock.sleep(5))
    await clock.settle()
    clock.step_wall_clock(step)
    await clock.settle()
    assert (clock.monotonic(), woken.done()) == (0, False)
    assert clock.now() - begun == timedelta(seconds=step)
    await clock.advance(5)
    assert woken.done()


@pytest.mark.parametrize("seconds", [-1, -1e-9, math.nan, math.inf])
async def test_monotonic_time_only_goes_forwards(clock: FakeClock, seconds: float) -> None:
    """And not forever at once."""
    with pytest.raises(ValueError, match="step_wall_clock"):
        await clock.advance(seconds)
    if seconds < 0:
        with pytest.raises(ValueError, match="step_wall_clock"):
            clock.stall(seconds)
    assert clock.monotonic() == 0


async def test_to_advance_within_an_advance_is_refused(clock: FakeClock) -> None:
    """A body that does it would wait for itself to settle; it is told at once."""
    told: list[str] = []

    async def body() -> None:
        await clock.sleep(1)
        with pytest.raises(RuntimeError, match="passing already") as refused:
            await clock.advance(1)
        told.append(str(refused.value))

    task = asyncio.create_task(body())
    await clock.advance(5)
    await task
    assert len(told) == 1
    await clock.advance(1)
    assert clock.monotonic() == 6


async def test_a_callback_that_raises_fails_the_advance_and_not_the_clock(
    clock: FakeClock,
) -> None:
    """Time stands where it happened, and can go on."""

    def fail() -> None:
        raise OSError("as told")

    clock.call_between(3, 3, fail)
    with pytest.raises(OSError, match="as told"):
        await clock.advance(5)
    assert clock.monotonic() == 3
    await clock.advance(5)
    assert clock.monotonic() == 8


async def test_a_task_that_never_rests_is_named_as_the_reason(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that cannot settle fails; it does not hang."""
    monkeypatch.setattr("loopjobs.testing._fake_clock._RESTLESS", 1_000)

    async def spin() -> None:
        for _ in count():
            await asyncio.sleep(0)

    spinning = asyncio.create_task(spin())
    with pytest.raises(RuntimeError, match="still busy after 1000 turns"):
        await clock.advance(1)
    spinning.cancel()


async def test_a_job_that_runs_again_at_once_for_ever_is_told(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time would pass in it, however long one waits."""
    monkeypatch.setattr("loopjobs.testing._fake_clock._RESTLESS", 1_000)

    async def body(ct: CancellationToken) -> RunAgain:
        return RunAgain(0)

    options = LoopJobOptions(interval_in_seconds=10, initial_delay_in_seconds=1)
    async with JobHarness(body, options, clock=clock):
        with pytest.raises(RuntimeError, match="same instant"):
            await clock.advance(5)


async def test_time_passes_until_something_has_ended(clock: FakeClock) -> None:
    """Deadline by deadline, and no further."""
    task = asyncio.create_task(clock.sleep(5))
    clock.call_between(3, 3, lambda: None)
    clock.call_between(7, 7, lambda: None)
    await clock.pass_until(asyncio.ensure_future(task))
    assert (task.done(), clock.monotonic()) == (True, 5)
    await clock.pass_until(asyncio.ensure_future(task))
    assert clock.monotonic() == 5


async def test_where_no_deadline_is_left_the_end_is_awaited(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread may bring it about, which virtual time knows nothing of."""
    is_awaited = threading.Event()
    wait = asyncio.wait

    async def noticed(awaited: set[asyncio.Future[None]]) -> None:
        is_awaited.set()
        await wait(awaited)

    monkeypatch.setattr("loopjobs.testing._fake_clock.asyncio.wait", noticed)
    leaving: asyncio.Future[object] = asyncio.ensure_future(asyncio.to_thread(is_awaited.wait))
    await clock.pass_until(leaving)  # type: ignore[arg-type] # what it is done with is no matter
    assert leaving.done()
    assert clock.monotonic() == 0


def test_an_event_loop_of_another_make_is_given_many_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody can see there whether anything is ready."""

    async def main() -> list[float]:
        opaque = _Asyncio(asyncio.get_running_loop())
        monkeypatch.setattr("loopjobs.testing._fake_clock.asyncio", opaque)
        clock, woken = FakeClock(), list[float]()

        async def beat() -> None:
            for _ in range(3):
                await clock.sleep(1)
                for _ in range(20):
                    await asyncio.sleep(0)
                woken.append(clock.monotonic())

        beating = asyncio.create_task(beat())
        await clock.advance(5)
        await beating
        return woken

    assert asyncio.run(main()) == [1, 2, 3]


class _Opaque:
    """An event loop that shows no queue of what is ready, as uvloop does not."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.create_future = loop.create_future
        self.call_soon = loop.call_soon


class _Asyncio:
    """What the clock uses of asyncio."""

    sleep = staticmethod(asyncio.sleep)
    wait = staticmethod(asyncio.wait)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.get_running_loop: Callable[[], _Opaque] = lambda: _Opaque(loop)
