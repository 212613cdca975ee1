"""The ticker alone: its slots, and the ways it can end."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from loopjobs import Alarm, Clock, Outcome
from loopjobs._mechanisms.pacing import FixedRate
from loopjobs._mechanisms.slots import Tick
from loopjobs._mechanisms.ticker import Ticker
from loopjobs._mechanisms.timer import Timer
from loopjobs.testing import FakeClock

MANY = 50_000


class Skips(list[tuple[Outcome, int]]):
    """Takes what the ticker says it skipped; no run is ever in progress."""

    in_line = beside = None

    def skip(self, outcome: Outcome, count: int) -> None:
        self.append((outcome, count))


class Failing(Skips):
    """An error of the library."""

    def skip(self, outcome: Outcome, count: int) -> None:
        raise OSError("a defect")


def make(clock: Clock, skips: Skips) -> Ticker:
    return Ticker(clock, Timer(clock, 0), Random(), skips)  # noqa: S311 - no secret


class BareClock:
    """The least a ticker can live on: time is the moment of the alarm that was asked for."""

    def __init__(self) -> None:
        self.time = 0.0
        self.due = 0.0
        self.ring: Callable[[], None] = Handle.cancel

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        self.due, self.ring = earliest, callback
        return Handle


class Handle:
    """Called off alarms are replaced here, never rung."""

    @staticmethod
    def cancel() -> None:
        pass


async def test_slots_are_due_exactly_on_the_grid() -> None:
    """No drift, no slot skipped, none handed out twice."""
    clock, skips = BareClock(), Skips()
    ticker = make(clock, skips)
    ticker.follow(FixedRate(0.7, 0.1), 0)
    for number in range(MANY):
        tick = ticker.next()
        clock.time = clock.due
        clock.ring()
        due = 0.7 + number * 0.1
        assert tick.result() == (due, due, number)
    assert clock.time == ticker.last_due == 0.7 + (MANY - 1) * 0.1
    assert skips == []


async def test_a_slot_that_nobody_awaits_is_skipped(clock: FakeClock) -> None:
    """There and then, and not when somebody looks."""
    skips = Skips()
    ticker = make(clock, skips)
    ticker.follow(FixedRate(1, 1), 0)
    await clock.advance(3)
    assert skips == [(Outcome.SKIPPED_RUNNING, 1)] * 3
    ticker.close()


async def test_a_closed_ticker_hands_out_nothing(clock: FakeClock) -> None:
    """Whoever awaits it is let go, and so is whoever comes later."""
    ticker = make(clock, Skips())
    ticker.follow(FixedRate(5, 5), 0)
    waiting = asyncio.ensure_future(ticker.next())
    await clock.settle()
    ticker.close()
    assert await waiting is None
    assert await ticker.next() is None
    ticker.look()
    ticker.run_again(1)
    ticker.run_ended(1, 0)
    await clock.advance(100)
    assert ticker.next_due == float("inf")


async def test_a_ticker_without_slots_waits(clock: FakeClock) -> None:
    """What asks it for something meanwhile asks in vain."""
    ticker = make(clock, Skips())
    ticker.run_again(1)
    ticker.run_ended(1, 0)
    ticker.look()
    waiting = asyncio.ensure_future(ticker.next())
    await clock.advance(1_000)
    assert not waiting.done()
    assert (ticker.next_due, ticker.last_due) == (float("inf"), None)
    ticker.close()
    await waiting


@pytest.mark.parametrize("is_awaited", [False, True])
async def test_a_ticker_that_fails_tells_its_loop(clock: FakeClock, *, is_awaited: bool) -> None:
    """An error of the library ends the loop it belongs to, loudly, and no other."""
    ticker, other = make(clock, Failing()), make(clock, Skips())
    ticker.follow(FixedRate(1, 1), 0)
    other.follow(FixedRate(1, 1), 0)
    ticker.set_paused(is_paused=True)
    waiting = asyncio.ensure_future(ticker.next()) if is_awaited else None
    others = asyncio.ensure_future(other.next())
    await clock.advance(1)
    with pytest.raises(OSError, match="a defect"):
        await (waiting or ticker.next())
    assert await others == Tick(1, 1, 0)
    other.close()
    ticker.close()
