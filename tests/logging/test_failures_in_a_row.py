"""Failures that go on do not flood the log."""

import logging
from collections.abc import Awaitable, Callable

import pytest

from loopjobs import CancellationToken, Host
from loopjobs.testing import FakeClock

Build = Callable[..., Host]
Body = Callable[[CancellationToken], Awaitable[None]]
Told = Callable[[], list[tuple[int, str]]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    """Return the lines at INFO and above."""
    caplog.set_level(logging.INFO, "loopjobs")
    return lambda: [(record.levelno, record.getMessage()) for record in caplog.records]


class Store:
    """Fails, or takes too long, while it is away."""

    def __init__(self) -> None:
        self.is_away = True
        self.is_slow = False

    async def sweep(self, ct: CancellationToken) -> None:
        if self.is_slow:
            await ct.sleep(100)
        if self.is_away:
            raise ConnectionError("the store is away")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def sweep(store: Store) -> Body:
    """A job that needs the store."""

    async def sweep(ct: CancellationToken) -> None:
        await store.sweep(ct)

    return sweep


async def test_the_first_failure_is_told_then_one_a_minute_then_the_recovery(
    build: Build, clock: FakeClock, told: Told, store: Store, sweep: Body
) -> None:
    """An outage of three minutes at a run a second takes five lines."""
    async with build(sweep, IntervalInSeconds=1):
        await clock.advance(179)
        store.is_away = False
        await clock.advance(60)
    failures = [text for level, text in told() if level == logging.ERROR]
    assert len(failures) == 3
    assert all("ConnectionError: the store is away" in text for text in failures)
    assert "in a row" not in failures[0]
    assert "; 61 failures in a row" in failures[1]
    assert "; 121 failures in a row" in failures[2]
    assert "Traceback" in failures[2]
    (recovery,) = [text for level, text in told() if level == logging.INFO]
    assert "recovered after 180 failures in a row" in recovery


async def test_a_failure_after_a_recovery_is_news(
    build: Build, clock: FakeClock, told: Told, store: Store, sweep: Body
) -> None:
    """However short a time ago the last outage was."""
    async with build(sweep, IntervalInSeconds=1):
        await clock.advance(1)
        store.is_away = False
        await clock.advance(1)
        store.is_away = True
        await clock.advance(1)
    levels = [level for level, _ in told()]
    assert levels == [logging.ERROR, logging.INFO, logging.ERROR]


async def test_a_time_limit_is_a_failure_like_others(
    build: Build, clock: FakeClock, told: Told, store: Store, sweep: Body
) -> None:
    """It counts in the same row."""
    store.is_slow = True
    async with build(sweep, IntervalInSeconds=10, TimeoutInSeconds=5):
        await clock.advance(65)
    errors = [text for level, text in told() if level == logging.ERROR]
    assert len(errors) == 2
    assert "timed_out after 5.000 s; 7 failures in a row" in errors[1]


async def test_each_job_has_its_own_row(
    build: Build, clock: FakeClock, told: Told, store: Store
) -> None:
    """One that fails does not hide another."""

    async def one(ct: CancellationToken) -> None:
        await store.sweep(ct)

    async def two(ct: CancellationToken) -> None:
        await store.sweep(ct)

    async with build(one, two):
        await clock.advance(20)
    assert [text.split(":")[0] for _, text in told()] == ["one", "two"]


@pytest.mark.parametrize("step", [-3_600, 3_600])
async def test_a_wall_clock_that_is_set_changes_nothing(
    build: Build, clock: FakeClock, told: Told, step: float, sweep: Body
) -> None:
    """The minute is one of the monotonic clock."""
    async with build(sweep):
        await clock.advance(0)
        clock.step_wall_clock(step)
        await clock.advance(59)
        assert len(told()) == 1
        await clock.advance(1)
    assert len(told()) == 2


async def test_lines_between_the_reminders_are_there_for_those_who_debug(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture, sweep: Body
) -> None:
    """With the same words and fields."""
    caplog.set_level(logging.DEBUG, "loopjobs")
    async with build(sweep):
        await clock.advance(10)
    first, second = (each for each in caplog.records if "failed" in each.getMessage())
    assert (first.levelno, second.levelno) == (logging.ERROR, logging.DEBUG)
    assert second.__dict__["outcome"] == "failed"
    assert second.__dict__["job"] == "sweep"
    assert second.__dict__["run_id"].endswith("-2")
    assert second.__dict__["duration"] == 0
    assert "2 failures in a row" in second.getMessage()
