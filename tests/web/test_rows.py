"""What a row says of a job, in words and figures."""

from datetime import UTC, datetime

import pytest

from loopjobs import (
    CancellationToken,
    Host,
    Outcome,
    RunRecord,
    current_run,
)
from loopjobs.health import Blockage, Watchdog, WatchdogOptions
from loopjobs.testing import FakeClock
from loopjobs.web._overview import Overview
from loopjobs.web._runs import durations, ended_at, percentile

from .conftest import Build, quick

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "p50", "p95"),
    [
        ([], None, None),
        ([3.0], 3.0, 3.0),
        ([1.0, 2.0], 1.0, 2.0),
        ([float(n) for n in range(1, 101)], 50.0, 95.0),
    ],
)
def test_percentiles(values: list[float], p50: float | None, p95: float | None) -> None:
    """Values that have occurred; of nothing there is none."""
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (p50, p95)


def test_only_successes_count_for_durations() -> None:
    """A failure may be quick, and says nothing about how long the work takes."""
    runs = [run(Outcome.SUCCEEDED, 2), run(Outcome.FAILED, 1), run(Outcome.SUCCEEDED, 1.5)]
    assert durations(runs) == [1.5, 2]


def test_a_run_that_never_began_has_no_end() -> None:
    """Nothing is made up."""
    assert ended_at(run(Outcome.SUCCEEDED, 60)) == NOON.replace(minute=1)
    assert ended_at(run(Outcome.SKIPPED_RUNNING, 0)) is None


def run(outcome: Outcome, duration: float) -> RunRecord:
    started = None if outcome is Outcome.SKIPPED_RUNNING else NOON
    return RunRecord("1", "job", outcome, NOON, started, duration)


class Blocked(Watchdog):
    """Has seen a blockage."""

    @property
    def last_blockage(self) -> Blockage:
        return Blockage(NOON, 6.0, is_over=True, stack="...", place="load (report.py, line 3)")


async def test_the_last_blockage_is_told(build: Build, clock: FakeClock) -> None:
    """What blocked the event loop, when, and for how long."""
    host = build(Blocked(WatchdogOptions(), clock))
    async with host:
        told = Overview(host, clock, "Login", lambda: "here:1").read().last_blockage
    assert told == (
        "The event loop was blocked for 6.0 s in load (report.py, line 3), "
        "from 2026-01-01 12:00:00 UTC on."
    )


async def test_what_a_run_in_progress_reports_is_told(build: Build, clock: FakeClock) -> None:
    """So far: the run goes on."""

    async def counting(ct: CancellationToken) -> None:
        current_run().report(done=3)
        await clock.sleep(60)

    host: Host = build(counting, quick)
    async with host:
        await clock.advance(5)
        rows = {
            row.name: row for row in Overview(host, clock, "Login", lambda: "here:1").read().jobs
        }
    assert (rows["counting"].reporting, rows["quick"].reporting) == ({"done": 3}, None)
