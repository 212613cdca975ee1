"""A million slots."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from loopjobs import Alarm, CancellationToken, HostBuilder, LoopJobOptions, current_run

SLOTS = 1_000_000
MISSED = 980_000
INTERVAL = 0.1


class LeapingClock:
    """Virtual time that leaps to the next alarm by itself, with nobody to wait for."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.elapsed += seconds

    def call_between(self, earliest: float, latest: float, callback: Callable[[], None]) -> Alarm:
        def leap() -> None:
            self.elapsed = max(self.elapsed, earliest)
            callback()

        return asyncio.get_running_loop().call_soon(leap)


@pytest.mark.usefixtures("untraced")
async def test_a_million_slots_end_exactly_on_the_grid() -> None:
    """No drift: the last of a million slots is where the arithmetic says, and so is every other.

    The first run stalls the process over most of them; twenty thousand are run one by one.
    """
    clock = LeapingClock()
    astray: list[float] = []
    last: list[float] = []
    enough = asyncio.Event()

    async def body(ct: CancellationToken) -> None:
        slot = current_run().slot
        assert slot is not None
        if clock.elapsed != slot * INTERVAL:
            astray.append(clock.elapsed)
        if slot == 0:
            clock.elapsed = (MISSED + 1) * INTERVAL
        elif slot == SLOTS - 1:
            last.append(clock.elapsed)
            enough.set()

    settings = {"body": {"IntervalInSeconds": INTERVAL}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    async with builder.add_loop_job(body, LoopJobOptions).build() as host:
        await enough.wait()
    assert astray == []
    assert last == [(SLOTS - 1) * INTERVAL]
    ledger = host.jobs["body"].status().ledger
    assert ledger.missed == MISSED
    # The slot after the last came with the stop.
    assert ledger.due == ledger.settled == ledger.succeeded + ledger.missed + ledger.cancelled
