"""What a tick costs with what a service adds to it, counted and not timed."""

from collections import Counter
from collections.abc import Callable

import pytest

from loopjobs import (
    CancellationToken,
    HostBuilder,
    LoopJobOptions,
    RunEnded,
    RunRecord,
    RunStarted,
)
from loopjobs.history import add_history
from loopjobs.telemetry import add_telemetry
from loopjobs.testing import FakeClock

from .counting import calls_of, count_made

JOBS = 20
INTERVAL = 10
TICKS = 5


async def body(ct: CancellationToken) -> None:
    pass


def nothing(builder: HostBuilder) -> None:
    """Add nothing."""


async def calls_of_a_tick(clock: FakeClock, add: Callable[[HostBuilder], object]) -> Counter[str]:
    """Return the calls in so many ticks of so many jobs."""
    names = [f"job{number}" for number in range(JOBS)]
    section = {"IntervalInSeconds": INTERVAL, "InitialDelayInSeconds": INTERVAL}
    settings = {
        "Host": {"SettingsReloadIntervalInSeconds": 0},
        "HistoryCleanupJob": {"InitialDelayInSeconds": 3_600},
        **dict.fromkeys(names, section),
    }
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    add(builder)
    for name in names:
        builder.add_loop_job(body, LoopJobOptions, name=name)
    async with builder.build():
        await clock.advance(INTERVAL)
        return await calls_of(clock.advance(TICKS * INTERVAL))


async def test_a_history_without_a_store_is_asked_whether_it_listens(clock: FakeClock) -> None:
    """Once for all that wake up together; health costs nothing until it is asked for."""
    without = await calls_of_a_tick(clock, nothing)
    with_it = await calls_of_a_tick(clock, add_history)
    assert with_it["loopjobs"] - without["loopjobs"] == TICKS


async def test_metrics_are_counted_in_line(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without events or records, and without OpenTelemetry but for the span of the run."""
    made = count_made(monkeypatch, RunStarted, RunEnded, RunRecord)
    without = await calls_of_a_tick(clock, nothing)
    with_them = await calls_of_a_tick(clock, add_telemetry)
    more = {name: (with_them[name] - without[name]) / (JOBS * TICKS) for name in with_them}
    assert made == {}
    assert more["loopjobs"] <= 21
    assert with_them["loopjobs"] / (JOBS * TICKS) <= 28
    assert more["opentelemetry"] <= 4
