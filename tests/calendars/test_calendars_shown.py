"""What is said of a job with a calendar: its plan, its health, its metrics."""

from datetime import UTC, datetime

import pytest

from loopjobs import CancellationToken, LoopJobOptions
from loopjobs.cli._plan import plan_ticks
from loopjobs.health import HealthStatus, assess, patience
from loopjobs.telemetry._readings import READINGS
from loopjobs.testing import FakeClock, JobHarness
from loopjobs.wording import schedule

DAY = 86_400.0
WEEKDAYS = LoopJobOptions(cron="0 9 * * 1-5", time_zone="Europe/Berlin", jitter_in_seconds=60)


async def resting(ct: CancellationToken) -> None:
    """Do nothing."""


def test_its_schedule_is_said_in_words() -> None:
    """With its zone."""
    assert schedule(WEEKDAYS) == "at 09:00 on Monday through Friday (Europe/Berlin)"


def test_its_plan_has_the_slots_after_the_initial_delay() -> None:
    """Across a weekend and a change of the clock; only the jitter delays a start."""
    start = datetime(2026, 3, 27, 7, 30, tzinfo=UTC)
    plan = plan_ticks("job", WEEKDAYS, start, 3)
    due = [f"{tick.due_from:%d. %H:%M}" for tick in plan.ticks]
    assert due == ["27. 08:00", "30. 07:00", "31. 07:00"]
    assert all(tick.due_until == tick.due_from for tick in plan.ticks)
    assert (plan.ticks[0].starts_until - plan.ticks[0].due_from).total_seconds() == 60
    delayed = WEEKDAYS.model_copy(update={"initial_delay_in_seconds": DAY})
    assert plan_ticks("job", delayed, start, 1).ticks[0].number == 0
    assert f"{plan_ticks('job', delayed, start, 1).ticks[0].due_from:%d.}" == "30."


async def test_it_may_be_silent_for_as_long_as_its_last_three_slots_lie_apart() -> None:
    """A weekend is no silence."""
    # A Friday.
    clock = FakeClock(datetime(2026, 1, 2, 7, tzinfo=UTC))
    options = LoopJobOptions(cron="0 9 * * 1-5")
    async with JobHarness(resting, options, clock=clock) as harness:
        await clock.advance(3 * DAY)
        assert patience(harness.status()) == 5 * DAY
        assert assess(harness.status()).status is HealthStatus.HEALTHY
        await clock.advance(3 * DAY)
        assert patience(harness.status()) == 3 * DAY


@pytest.mark.parametrize(("enabled", "gap"), [(True, [3 * DAY]), (False, [])])
async def test_the_metric_of_the_interval_is_the_time_to_the_next_slot(
    *, enabled: bool, gap: list[float]
) -> None:
    """From the last one; it is left out where there is none."""
    clock = FakeClock(datetime(2026, 1, 3, tzinfo=UTC))
    options = LoopJobOptions(cron="0 9 * * 1-5", enabled=enabled)
    reading = next(each for each in READINGS if each.name == "periodic.job.interval")
    async with JobHarness(resting, options, clock=clock) as harness:
        assert [value for _, value in reading.read(harness.status())] == gap
