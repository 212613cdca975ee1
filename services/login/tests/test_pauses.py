"""Pauses between batches."""

import asyncio

import pytest

from login.domain.pauses import LONGEST, Pauses
from loopjobs import CancellationTokenSource
from loopjobs.testing import FakeClock

from .token_cleanup.quick_clock import QuickClock


async def slept(pauses: Pauses, clock: QuickClock) -> float:
    """Return for how long it waits before the next batch."""
    began = clock.monotonic()
    await pauses.before_batch()
    return clock.monotonic() - began


async def test_batches_leave_others_their_turn() -> None:
    """A pause between two batches, none before the first; a stop ends it at once."""
    clock = FakeClock()
    ct = CancellationTokenSource(clock)
    pauses = Pauses(0.5, clock, ct)
    began = clock.monotonic()
    await pauses.before_batch()
    assert clock.monotonic() == began
    waiting = asyncio.create_task(pauses.before_batch())
    await clock.advance(0.499)
    assert not waiting.done()
    await clock.advance(0.001)
    assert waiting.done()
    waiting = asyncio.create_task(pauses.before_batch())
    await clock.settle()
    ct.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("share", [1, 0.5])
async def test_others_have_a_share_of_the_time(share: float) -> None:
    """A pause is as long as what was done since the one before, reading included, or half of it."""
    clock = QuickClock()
    pauses = Pauses(None, clock, CancellationTokenSource(clock), share)
    await pauses.before_batch()
    for seconds in (0.02, 0.05, 0.01):
        clock.stall(seconds)
        assert await slept(pauses, clock) == pytest.approx(share * seconds)


async def test_a_batch_that_waited_for_others_makes_no_long_pause() -> None:
    """What took seconds was waited for, not done."""
    clock = QuickClock()
    pauses = Pauses(None, clock, CancellationTokenSource(clock))
    await pauses.before_batch()
    clock.stall(20)
    assert await slept(pauses, clock) == pytest.approx(LONGEST)


async def test_a_pause_may_be_switched_off() -> None:
    """With nothing, however long a batch takes."""
    clock = QuickClock()
    pauses = Pauses(0, clock, CancellationTokenSource(clock))
    await pauses.before_batch()
    clock.stall(1)
    assert await slept(pauses, clock) == 0
