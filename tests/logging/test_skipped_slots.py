"""Slots that are skipped again and again do not flood the log."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from loopjobs import (
    CancellationToken,
    Host,
    HostBuilder,
    LogLines,
    LoopJobOptions,
    Outcome,
    SlotsSkipped,
)
from loopjobs.testing import FakeClock

Build = Callable[..., Host]
Told = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    """Return the lines at INFO and above."""
    caplog.set_level(logging.INFO, "loopjobs")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


class Slow:
    """Runs for so many virtual seconds, one after the other."""

    def __init__(self, *seconds: float) -> None:
        self.seconds = list(seconds)

    async def run(self, ct: CancellationToken) -> None:
        await ct.sleep(self.seconds.pop(0) if self.seconds else 0)


async def test_a_run_that_goes_on_is_a_warning_then_one_a_minute_then_its_end(
    build: Build, clock: FakeClock, told: Told
) -> None:
    """A run of three minutes at a slot a second takes five lines instead of 179."""
    slow = Slow(179.5)

    async def sweep(ct: CancellationToken) -> None:
        await slow.run(ct)

    async with build(sweep, IntervalInSeconds=1):
        await clock.advance(240)
    assert told() == [
        ("WARNING", "sweep: a slot skipped_running; running for 1.0 s"),
        (
            "WARNING",
            "sweep: 60 slots skipped_running since the last such line; running for 61.0 s",
        ),
        (
            "WARNING",
            "sweep: 60 slots skipped_running since the last such line; running for 121.0 s",
        ),
        ("INFO", "sweep: slots are run again; 179 skipped_running"),
    ]


async def test_a_host_that_nobody_listens_to_tells_the_end_as_well(
    clock: FakeClock, told: Told
) -> None:
    """It makes no event of a plain success, unless it is news."""
    slow = Slow(15.0)

    async def sweep(ct: CancellationToken) -> None:
        await slow.run(ct)

    settings = {"sweep": {"IntervalInSeconds": 10}}
    builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
    async with builder.add_loop_job(sweep, LoopJobOptions).build():
        await clock.advance(60)
    assert [level for level, _ in told()] == ["WARNING", "INFO"]


async def test_a_job_that_is_always_too_slow_is_not_well_in_between(
    build: Build, clock: FakeClock, told: Told
) -> None:
    """Each run makes it skip the next slot: a line a minute, and none that says it is over."""
    slow = Slow(*[1.5] * 100)

    async def sweep(ct: CancellationToken) -> None:
        await slow.run(ct)

    async with build(sweep, IntervalInSeconds=1):
        await clock.advance(120)
        assert [level for level, _ in told()] == ["WARNING", "WARNING"]
    assert "30 slots skipped_running since the last such line" in told()[1][1]


async def test_a_job_that_is_too_slow_now_and_then_takes_two_lines_a_minute(
    build: Build, clock: FakeClock, told: Told
) -> None:
    """What was not told is not called off either, but it is counted."""
    slow = Slow(*[1.5, 0, 0] * 100)

    async def sweep(ct: CancellationToken) -> None:
        await slow.run(ct)

    async with build(sweep, IntervalInSeconds=1):
        await clock.advance(100)
        assert [level for level, _ in told()] == ["WARNING", "INFO", "WARNING", "INFO"]
    assert "15 slots skipped_running since the last such line" in told()[2][1]
    assert "slots are run again; 15 skipped_running" in told()[3][1]


async def test_a_failure_does_not_end_it(build: Build, clock: FakeClock, told: Told) -> None:
    """Only a run that went as it should does."""
    fails = [1.5, 0.0]

    async def sweep(ct: CancellationToken) -> None:
        if fails:
            await ct.sleep(fails.pop(0))
            raise ConnectionError("away")

    async with build(sweep, IntervalInSeconds=1):
        await clock.advance(2)
        assert [level for level, _ in told()] == ["WARNING", "ERROR"]
        await clock.advance(1)
    assert [level for level, _ in told()] == ["WARNING", "ERROR", "INFO", "INFO"]


async def test_each_job_and_each_reason_has_its_own_minute(clock: FakeClock, told: Told) -> None:
    """One does not hide another."""
    lines = LogLines(clock)
    for job in ("one", "two"):
        lines(SlotsSkipped(job, Outcome.SKIPPED_RUNNING, 1))
        lines(SlotsSkipped(job, Outcome.SKIPPED_LEASE_UNAVAILABLE, 1))
        lines(SlotsSkipped(job, Outcome.MISSED, 1))
        lines(SlotsSkipped(job, Outcome.MISSED, 1))
    assert [level for level, _ in told()] == ["WARNING"] * 6


async def test_slots_that_were_missed_are_counted_but_have_no_end(
    build: Build, clock: FakeClock, told: Told
) -> None:
    """They are over when they are told."""

    async def sweep(ct: CancellationToken) -> None:
        pass

    async with build(sweep):
        await clock.advance(0)
        for _ in range(3):
            clock.stall(35)
            await asyncio.sleep(0)
            await clock.advance(10)
    texts = [text for level, text in told()]
    assert all("missed" in text for text in texts)
    assert len(texts) == 2
    assert "since the last such line" in texts[1]


async def test_slots_between_the_reminders_are_there_for_those_who_debug(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Each with its own count; the reminder has the sum."""
    caplog.set_level(logging.DEBUG, "loopjobs")
    lines = LogLines(clock)
    for _ in range(3):
        lines(SlotsSkipped("sweep", Outcome.MISSED, 2))
    await clock.advance(60)
    lines(SlotsSkipped("sweep", Outcome.MISSED, 1))
    told = [(record.levelname, record.__dict__["count"]) for record in caplog.records]
    assert told == [("WARNING", 2), ("DEBUG", 2), ("DEBUG", 2), ("WARNING", 5)]
