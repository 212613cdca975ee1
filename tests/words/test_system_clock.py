"""The clock of the machine."""

import asyncio
import time
from datetime import UTC

import pytest

from loopjobs import SystemClock


def test_time_goes_on_while_the_machine_is_suspended() -> None:
    """Where a clock counts suspends it is read, so that slots that pass meanwhile are missed."""
    counting = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    before = time.clock_gettime(counting)
    reading = SystemClock().monotonic()
    assert before <= reading <= time.clock_gettime(counting)


def test_time_is_monotonic_where_no_clock_counts_suspends(monkeypatch: pytest.MonkeyPatch) -> None:
    """On other systems the ordinary monotonic clock serves."""
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()


def test_now_is_aware_and_in_utc() -> None:
    """What is stamped needs no guessing about its zone."""
    assert SystemClock().now().tzinfo is UTC


async def test_it_calls_at_the_end_of_a_window_though_that_has_begun() -> None:
    """What becomes due while others run shares the next wake-up, instead of one each."""
    clock, loop = SystemClock(), asyncio.get_running_loop()
    now = clock.monotonic()
    alarm = clock.call_between(now - 1, now + 3_600, lambda: None)
    assert isinstance(alarm, asyncio.TimerHandle)
    assert alarm.when() > loop.time() + 1_800
    alarm.cancel()
