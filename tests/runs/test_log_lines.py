"""What happens is written to the log: levels, words and structured fields."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from loopjobs import CancellationToken, Event, Host, LogLines, current_run
from loopjobs.testing import FakeClock

Build = Callable[..., Host]
Lines = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.DEBUG, "loopjobs")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


async def quick(ct: CancellationToken) -> None:
    pass


async def test_an_ordinary_success_is_debug(build: Build, clock: FakeClock, lines: Lines) -> None:
    """At ten runs a minute nobody wants to read each of them."""
    async with build(quick):
        await clock.advance(0)
    assert [level for level, text in lines() if "succeeded" in text] == ["DEBUG"]


async def test_a_success_that_reports_something_is_info(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Counters are in the text and, as fields, beside those of the library."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(deleted=3, job=7, message=1)

    caplog.set_level(logging.INFO, "loopjobs")
    async with build(job):
        await clock.advance(0)
    (record,) = caplog.records
    assert "deleted=3" in record.getMessage()
    assert record.__dict__["deleted"] == 3
    assert record.__dict__["job"] == "job"
    assert record.__dict__["loopjobs"]["message"] == 1


async def test_of_very_many_counters_the_first_are_told(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A line is for reading; the history has them all."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(**{f"n{number}": number for number in range(1_000)})

    caplog.set_level(logging.INFO, "loopjobs")
    async with build(job):
        await clock.advance(0)
    (record,) = caplog.records
    assert record.getMessage().endswith(", n49=49 and 950 more counters")
    assert (record.__dict__["n49"], "n50" in record.__dict__) == (49, False)


async def test_a_counter_takes_the_place_of_no_field(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even of the one that holds all of them."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(loopjobs=1)

    caplog.set_level(logging.INFO, "loopjobs")
    async with build(job):
        await clock.advance(0)
    (record,) = caplog.records
    assert record.__dict__["loopjobs"]["loopjobs"] == 1


async def test_a_failure_is_an_error_with_its_traceback_and_the_recovery_is_told(
    build: Build, clock: FakeClock, lines: Lines
) -> None:
    """The first success afterwards says how many failures it ends."""
    runs: list[int] = []

    async def job(ct: CancellationToken) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise ValueError("wrong")

    async with build(job):
        await clock.advance(20)
    failed, _, recovered = (each for each in lines() if ": run " in each[1])
    assert failed[0] == "ERROR"
    assert "ValueError: wrong" in failed[1]
    assert "Traceback" in failed[1]
    assert recovered[0] == "INFO"
    assert "recovered after 2 failures in a row" in recovered[1]


async def test_a_skipped_slot_is_a_warning_with_the_age_of_the_run(
    build: Build, clock: FakeClock, lines: Lines
) -> None:
    """Whoever wonders why nothing runs finds what does."""

    async def job(ct: CancellationToken) -> None:
        await ct.sleep(15)

    async with build(job):
        await clock.advance(10)
    assert ("WARNING", "job: a slot skipped_running; running for 10.0 s") in lines()


async def test_slots_missed_in_a_row_are_one_line(
    build: Build, clock: FakeClock, lines: Lines
) -> None:
    """A stall is told once, with the count."""
    async with build(quick):
        await clock.advance(0)
        clock.stall(35)
        await clock.advance(0)
    assert ("WARNING", "quick: 2 slots missed") in lines()


async def test_a_run_that_does_not_end_is_an_error(
    build: Build, clock: FakeClock, lines: Lines
) -> None:
    """It names the run and its age."""
    released = asyncio.Event()

    async def job(ct: CancellationToken) -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    async with build(job):
        await clock.advance(0)
    assert any(
        level == "ERROR" and "does not end; it has been running for 35.0 s" in text
        for level, text in lines()
    )
    released.set()
    await clock.settle()


async def test_milestones_are_told(build: Build, clock: FakeClock, lines: Lines) -> None:
    """Start and stop for those who debug, pause and resume for everybody."""
    async with build(quick, InitialDelayInSeconds=60) as host:
        await host.jobs["quick"].pause()
        await host.jobs["quick"].resume()
        await clock.advance(0)
    assert lines() == [
        ("DEBUG", "quick: loop started"),
        ("INFO", "quick: paused"),
        ("INFO", "quick: resumed"),
        ("DEBUG", "quick: loop stopped"),
    ]


async def test_the_death_of_a_loop_is_critical(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With the error attached, for it is the last that is heard of that job."""
    tasks: list[asyncio.Task[object] | None] = []

    async def job(ct: CancellationToken) -> None:
        tasks.append(asyncio.current_task())

    host = build(job)
    await host.start()
    await clock.advance(0)
    assert tasks[0] is not None
    tasks[0].cancel()
    await host.stop()
    texts = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert texts == ["job: the loop itself failed; the host stops", "job job died; the host stops"]
    assert caplog.records[0].exc_info is not None


def test_an_event_that_is_not_known_is_not_told(lines: Lines) -> None:
    """Others may announce events of their own."""
    LogLines()(Event("job"))
    assert lines() == []


async def test_nothing_is_composed_for_a_level_that_is_off(
    build: Build, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A success costs no text where nobody reads it."""
    caplog.set_level(logging.WARNING, "loopjobs")
    async with build(quick):
        await clock.advance(10)
    assert caplog.records == []
