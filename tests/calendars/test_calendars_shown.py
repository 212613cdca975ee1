"""What is said of a job with a calendar: its schedule, and its health."""

from datetime import UTC, datetime

from loopjobs import CancellationToken, LoopJobOptions
from loopjobs.health import HealthStatus, assess, patience
from loopjobs.testing import FakeClock, JobHarness
from loopjobs.wording import schedule

DAY = 86_400.0
WEEKDAYS = LoopJobOptions(cron="0 9 * * 1-5", time_zone="Europe/Berlin", jitter_in_seconds=60)


async def resting(ct: CancellationToken) -> None:
    """Do nothing."""


def test_its_schedule_is_said_in_words() -> None:
    """With its zone."""
    assert schedule(WEEKDAYS) == "at 09:00 on Monday through Friday (Europe/Berlin)"


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
