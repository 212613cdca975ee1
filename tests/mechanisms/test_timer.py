"""The shared timer: order, cancellation, and no call of the clock that nobody needs."""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from loopjobs import Alarm
from loopjobs._mechanisms.alarms import Callback
from loopjobs._mechanisms.timer import Timer
from loopjobs.testing import FakeClock


class AskedClock(FakeClock):
    """Remembers the windows it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[float, float]] = []
        self.calls = 0

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        def called() -> None:
            self.calls += 1
            callback()

        self.asked.append((earliest, latest))
        return super().call_between(earliest, latest, called)


class SleepOnly:
    """A clock with the three verbs."""

    def __init__(self, clock: FakeClock) -> None:
        self.now = clock.now
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep


async def test_callbacks_come_in_the_order_of_their_moments(clock: FakeClock) -> None:
    """Those of one moment in the order they were asked for."""
    timer, heard = Timer(clock, 0), list[str]()
    for when, name in [(3, "c"), (1, "a"), (2, "b1"), (2, "b2")]:
        timer.arm_slot(when, lambda name=name: heard.append(name))  # type: ignore[misc]
    await clock.advance(5)
    assert heard == ["a", "b1", "b2", "c"]


async def test_a_deadline_comes_before_the_slots_of_its_moment(clock: FakeClock) -> None:
    """And what it ended has unwound before them."""
    timer, heard = Timer(clock, 0), list[str]()
    timer.arm_slot(1, lambda: heard.append("slot"))
    for name in ("first", "second"):
        timer.arm_deadline(1, lambda name=name: _hear_twice(clock, heard, name))  # type: ignore[misc]
    await clock.advance(1)
    assert heard == ["first", "first unwound", "second", "second unwound", "slot"]


def _hear_twice(clock: FakeClock, heard: list[str], name: str) -> None:
    heard.append(name)
    asyncio.get_running_loop().call_soon(heard.append, f"{name} unwound")


async def test_the_window_is_as_wide_as_the_slack() -> None:
    """The clock may call as late as that, for the sake of others that come close behind."""
    clock = AskedClock()
    timer = Timer(clock, 0.005)
    timer.arm_slot(3, _nothing)
    timer.arm_slot(2, _nothing)
    timer.arm_slot(7, _nothing)
    assert clock.asked == [(3, 3.005), (2, 2.005)]


async def test_what_a_deadline_has_kept_back_does_not_wait_for_others() -> None:
    """It comes as soon as that has unwound."""
    clock = AskedClock()
    timer = Timer(clock, 0.005)
    timer.arm_deadline(1, _nothing)
    timer.arm_slot(1, _nothing)
    await clock.advance(1)
    assert (clock.asked, clock.calls) == ([(1, 1.005), (1, 1)], 2)


async def test_what_is_called_off_is_not_called(clock: FakeClock) -> None:
    """Calling off again, or after the call, is harmless."""
    timer, heard = Timer(clock, 0), list[str]()
    kept = timer.arm_slot(1, lambda: heard.append("kept"))
    dropped = timer.arm_slot(1, lambda: heard.append("dropped"))
    dropped.cancel()
    dropped.cancel()
    assert (kept.is_over, dropped.is_over) == (False, True)
    await clock.advance(2)
    kept.cancel()
    assert heard == ["kept"]
    assert kept.is_over


async def test_nothing_wanted_means_no_call() -> None:
    """Calling off the first alarm calls off the clock, or moves its call to the next alarm."""
    clock = AskedClock()
    timer = Timer(clock, 0)
    first, second = timer.arm_slot(1, _nothing), timer.arm_slot(2, _nothing)
    first.cancel()
    await clock.advance(1.5)
    assert clock.calls == 0
    second.cancel()
    await clock.advance(5)
    assert clock.calls == 0


async def test_a_callback_may_call_off_the_one_behind_it(clock: FakeClock) -> None:
    """Also where both are due at once."""
    timer, heard = Timer(clock, 0), list[str]()
    alarms: list[Callback] = []
    timer.arm_slot(1, lambda: alarms.pop().cancel())
    alarms.append(timer.arm_slot(1, lambda: heard.append("called off")))
    timer.arm_slot(1, lambda: heard.append("kept"))
    await clock.advance(1)
    assert heard == ["kept"]


async def test_a_callback_may_arm_for_the_same_moment(clock: FakeClock) -> None:
    """It is called in the same wake-up."""
    timer, heard = Timer(clock, 0), list[float]()

    def arm_another() -> None:
        timer.arm_slot(1, lambda: heard.append(clock.monotonic()))

    timer.arm_slot(1, arm_another)
    await clock.advance(1)
    assert heard == [1]


async def test_a_callback_that_raises_does_not_stop_the_others(clock: FakeClock) -> None:
    """The error goes to whoever serves the clock; the timer asks for its next call first."""
    timer, heard = Timer(clock, 0), list[str]()

    def fail() -> None:
        raise OSError("as told")

    timer.arm_slot(1, fail)
    timer.arm_slot(1, lambda: heard.append("same moment"))
    timer.arm_slot(2, lambda: heard.append("later"))
    with pytest.raises(OSError, match="as told"):
        await clock.advance(3)
    await clock.advance(3)
    assert heard == ["same moment", "later"]


@pytest.mark.parametrize("order", ["forwards", "backwards", "at random"])
async def test_thousands_of_alarms_that_are_called_off_leave_nothing(
    clock: FakeClock, order: str
) -> None:
    """A heap of far-off limits must not grow with the runs that kept them."""
    timer = Timer(clock, 0)
    heap = timer._heap
    kept = [timer.arm_slot(1_000_000 + each, _nothing) for each in range(10)]
    for _ in range(20):
        alarms = [timer.arm_deadline(86_400 + each, _nothing) for each in range(500)]
        if order == "backwards":
            alarms.reverse()
        elif order == "at random":
            Random(1).shuffle(alarms)  # noqa: S311 - no secret depends on it
        for alarm in alarms:
            alarm.cancel()
        assert len(heap) <= 2 * (len(kept) + 64)
    assert not any(alarm.is_over for alarm in kept)


async def test_a_heap_swept_while_it_fires_loses_nothing(clock: FakeClock) -> None:
    """A callback that calls off hundreds leaves those that were not called off."""
    timer, heard = Timer(clock, 0), list[float]()
    dropped = [timer.arm_slot(1 + each / 1_000, _nothing) for each in range(500)]

    def drop() -> None:
        for alarm in dropped:
            alarm.cancel()

    timer.arm_slot(0.5, drop)
    for when in (1.2, 1.4, 5):
        timer.arm_slot(when, lambda when=when: heard.append(when))  # type: ignore[misc]
    await clock.advance(10)
    assert heard == [1.2, 1.4, 5]


async def test_random_arms_and_cancels_call_exactly_what_is_wanted(clock: FakeClock) -> None:
    """Ten thousand of them, against a plain list."""
    random = Random(7)  # noqa: S311 - no secret depends on it
    timer, heard = Timer(clock, 0), list[int]()
    wanted: dict[int, tuple[float, Callback]] = {}
    due: list[int] = []
    for number in range(10_000):
        when = clock.monotonic() + random.choice([0.5, 1, 3, 1_000]) * random.random()
        alarm = timer.arm_slot(when, lambda number=number: heard.append(number))  # type: ignore[misc]
        wanted[number] = when, alarm
        if random.random() < 0.6:
            victim = random.choice(list(wanted))
            wanted.pop(victim)[1].cancel()
        if number % 100 == 0:
            await clock.advance(0.7)
            passed = {n: w for n, (w, _) in wanted.items() if w <= clock.monotonic()}
            due += sorted(passed, key=lambda n: passed[n])
            for each in passed:
                del wanted[each]
    assert heard == due
    assert len(timer._heap) <= 2 * (len(wanted) + 64)


async def test_hundreds_that_are_due_at_once_come_in_order(clock: FakeClock) -> None:
    """With deadlines among them, and some that are called off by those before them."""
    random = Random(11)  # noqa: S311 - no secret depends on it
    timer, heard = Timer(clock, 0), list[int]()
    alarms: dict[int, Callback] = {}
    moments = [random.randrange(400) / 100 for _ in range(2_000)]
    deadlines = set(random.sample(range(2_000), 20))
    order = sorted(range(2_000), key=lambda n: (moments[n], n not in deadlines, n))
    # The last quarter is called off in the midst of all, and is enough to sweep the heap.
    caller, victims = order[700], order[1_500:]

    def call(number: int) -> None:
        heard.append(number)
        if number == caller:
            for victim in victims:
                alarms[victim].cancel()

    for number, moment in enumerate(moments):
        arm = timer.arm_deadline if number in deadlines else timer.arm_slot
        alarms[number] = arm(1 + moment, partial(call, number))
    far_off = timer.arm_slot(100, _nothing)
    clock.stall(10)
    await clock.advance(0)
    assert heard == order[:1_500]
    assert [entry[3] for entry in timer._heap] == [far_off]


async def test_one_of_hundreds_that_raises_does_not_stop_the_others(clock: FakeClock) -> None:
    """The rest is called in the next wake-up."""
    timer, heard = Timer(clock, 0), list[int]()

    def call(number: int) -> None:
        heard.append(number)
        if number == 400:
            raise OSError("as told")

    for number in range(500):
        timer.arm_slot(1, partial(call, number))
    with pytest.raises(OSError, match="as told"):
        await clock.advance(1)
    await clock.advance(1)
    assert heard == list(range(500))


async def test_a_timer_that_is_closed_while_it_calls_hundreds_calls_no_more(
    clock: FakeClock,
) -> None:
    """Not even those that are due already."""
    timer, heard = Timer(clock, 0), list[int]()

    def call(number: int) -> None:
        heard.append(number)
        if number == 400:
            timer.close()

    for number in range(500):
        timer.arm_slot(1, partial(call, number))
    await clock.advance(2)
    assert heard == list(range(401))


async def test_a_closed_timer_calls_nobody() -> None:
    """And alarms that are called off after it do no harm."""
    clock = AskedClock()
    timer = Timer(clock, 0)
    alarms = [timer.arm_slot(1, _nothing) for _ in range(200)]
    timer.close()
    for alarm in alarms:
        alarm.cancel()
    await clock.advance(5)
    assert clock.calls == 0


async def test_a_clock_that_can_only_sleep_is_given_call_backs(clock: FakeClock) -> None:
    """At the end of the window, or at once; what is called off does not wake it."""
    timer, heard = Timer(SleepOnly(clock), 0.25), list[float]()
    timer.arm_slot(2, lambda: heard.append(clock.monotonic()))
    early = timer.arm_slot(1, lambda: heard.append(clock.monotonic()))
    timer.arm_deadline(3, lambda: heard.append(clock.monotonic()))
    await clock.settle()
    early.cancel()
    await clock.advance(5)
    timer.arm_slot(4, lambda: heard.append(clock.monotonic()))
    await clock.advance(1)
    assert heard == [2.25, 3.25, 5]


def _nothing() -> None:
    pass
