"""One line for each event that is worth one: level, words, fields."""

import logging
from datetime import UTC, datetime

import pytest

from loopjobs import (
    Event,
    JobPaused,
    JobResumed,
    Ledger,
    LogLines,
    LoopDied,
    LoopStarted,
    LoopStopped,
    OptionsChanged,
    Outcome,
    RunEnded,
    RunOverstayed,
    RunRecord,
    RunStarted,
    SlotsSkipped,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def ended(outcome: Outcome, *, failures: int = 0, recovered: int = 0, **more: object) -> RunEnded:
    facts = {"run_id": "r-1", "job": "Sweep", "outcome": outcome, "due_at": NOW}
    record = RunRecord(**facts, started_at=NOW, duration=1.5, **more)  # type: ignore[arg-type] # told by name
    return RunEnded("Sweep", record, failures, recovered)


@pytest.mark.parametrize(
    ("event", "level", "text"),
    [
        (ended(Outcome.SUCCEEDED), "DEBUG", "Sweep: run r-1 succeeded after 1.500 s"),
        (
            ended(Outcome.SUCCEEDED, reported={"deleted": 3, "rate": 0.25}),
            "INFO",
            "Sweep: run r-1 succeeded after 1.500 s, deleted=3, rate=0.25",
        ),
        (
            ended(Outcome.SUCCEEDED, reported={"deleted": 0}),
            "DEBUG",
            "Sweep: run r-1 succeeded after 1.500 s, deleted=0",
        ),
        (
            ended(Outcome.SUCCEEDED, recovered=4),
            "INFO",
            "Sweep: run r-1 succeeded after 1.500 s; recovered after 4 failures in a row",
        ),
        (
            ended(Outcome.FAILED, failures=1, error="ValueError: x", traceback="Trace\n  back\n"),
            "ERROR",
            "Sweep: run r-1 failed after 1.500 s: ValueError: x\nTrace\n  back",
        ),
        (
            ended(Outcome.TIMED_OUT, failures=2, error="TimeoutError: late"),
            "ERROR",
            "Sweep: run r-1 timed_out after 1.500 s; 2 failures in a row: TimeoutError: late",
        ),
        (ended(Outcome.CANCELLED), "INFO", "Sweep: run r-1 cancelled after 1.500 s"),
        (ended(Outcome.ABANDONED), "ERROR", "Sweep: run r-1 abandoned after 1.500 s"),
        (
            SlotsSkipped("Sweep", Outcome.SKIPPED_RUNNING, 1, 12.34),
            "WARNING",
            "Sweep: a slot skipped_running; running for 12.3 s",
        ),
        (
            SlotsSkipped("Sweep", Outcome.SKIPPED_LEASE_UNAVAILABLE, 1, why="db: no such table"),
            "WARNING",
            "Sweep: a slot skipped_lease_unavailable: db: no such table",
        ),
        (SlotsSkipped("Sweep", Outcome.MISSED, 7), "WARNING", "Sweep: 7 slots missed"),
        (SlotsSkipped("Sweep", Outcome.SKIPPED_PAUSED, 1), "DEBUG", "Sweep: a slot skipped_paused"),
        (
            SlotsSkipped("Sweep", Outcome.SKIPPED_BACKOFF, 2),
            "DEBUG",
            "Sweep: 2 slots skipped_backoff",
        ),
        (
            RunOverstayed("Sweep", "r-1", 65.0),
            "ERROR",
            "Sweep: run r-1 does not end; it has been running for 65.0 s",
        ),
        (
            LoopDied("Sweep", RuntimeError("x")),
            "CRITICAL",
            "Sweep: the loop itself failed; the host stops",
        ),
        (LoopStarted("Sweep"), "DEBUG", "Sweep: loop started"),
        (LoopStopped("Sweep"), "DEBUG", "Sweep: loop stopped"),
        (JobPaused("Sweep"), "INFO", "Sweep: paused"),
        (JobResumed("Sweep"), "INFO", "Sweep: resumed"),
        (OptionsChanged("Sweep"), "INFO", "Sweep: options changed"),
    ],
)
def test_an_event_is_one_line(
    event: Event, level: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the logger `loopjobs`, with the job in a field of its own."""
    caplog.set_level(logging.DEBUG, "loopjobs")
    LogLines()(event)
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == ("loopjobs", level, text)
    assert record.__dict__["job"] == "Sweep"
    assert record.__dict__["loopjobs"]["job"] == "Sweep"


@pytest.mark.parametrize("event", [Event("Sweep"), RunStarted("Sweep", "r-1", NOW, NOW, 0.0)])
def test_some_events_are_worth_no_line(event: Event, caplog: pytest.LogCaptureFixture) -> None:
    """The end of a run says all that its begin could; events of others are theirs to tell."""
    caplog.set_level(logging.DEBUG, "loopjobs")
    LogLines()(event)
    assert caplog.records == []


def test_fields_say_what_the_text_says(caplog: pytest.LogCaptureFixture) -> None:
    """Counters stand beside them, and take no name that is taken."""
    caplog.set_level(logging.DEBUG, "loopjobs")
    counters = {"deleted": 3, "job": 1, "outcome": 1, "message": 1, "levelname": 1}
    LogLines()(ended(Outcome.SUCCEEDED, reported=counters))
    LogLines()(SlotsSkipped("Sweep", Outcome.MISSED, 7))
    LogLines()(RunOverstayed("Sweep", "r-1", 65.0))
    run, skipped, overstayed = (record.__dict__ for record in caplog.records)
    fields = {"job": "Sweep", "run_id": "r-1", "outcome": "succeeded", "duration": 1.5}
    assert fields.items() <= run.items()
    assert run["deleted"] == 3
    assert run["levelname"] == "INFO"
    assert run["loopjobs"] == counters | fields
    assert (skipped["outcome"], skipped["count"]) == ("missed", 7)
    assert overstayed["run_id"] == "r-1"


def test_the_death_of_a_loop_brings_its_error(caplog: pytest.LogCaptureFixture) -> None:
    """With the traceback, which logging writes below the line."""
    error = RuntimeError("x")
    LogLines()(LoopDied("Sweep", error))
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[1] is error


def test_nothing_is_written_below_the_level(caplog: pytest.LogCaptureFixture) -> None:
    """And a program can ask whether every run would be."""
    caplog.set_level(logging.INFO, "loopjobs")
    lines = LogLines()
    lines(ended(Outcome.SUCCEEDED))
    assert caplog.records == []
    assert not lines.writes_every_run
    caplog.set_level(logging.DEBUG, "loopjobs")
    assert lines.writes_every_run


def test_a_ledger_knows_how_many_slots_are_settled() -> None:
    """The sum of all outcomes, without the runs in flight."""
    ledger = Ledger(due=9, in_flight=2, succeeded=3, failed=1, skipped_running=2, missed=1)
    assert ledger.settled + ledger.in_flight == ledger.due
