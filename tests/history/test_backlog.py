"""What waits for the store: bounded, and told when it is dropped."""

import logging
from datetime import timedelta

import pytest

from loopjobs import LoopStarted, Outcome, RunEnded, SlotsSkipped
from loopjobs.history._backlog import LONGEST_BACKLOG, Backlog
from loopjobs.history._outage import Outage
from loopjobs.testing import FakeClock

from .facts import NOON, run, start

WORTH = timedelta(seconds=1)


@pytest.fixture
def backlog() -> Backlog:
    backlog = Backlog()
    backlog.open(FakeClock(NOON), "here:1", lambda _: None)
    return backlog


def test_the_oldest_are_dropped_and_counted(backlog: Backlog) -> None:
    """When more wait than there is room for."""
    for number in range(LONGEST_BACKLOG + 5):
        backlog(RunEnded("SweepJob", run(number), 0))
    assert (len(backlog), backlog.take_dropped(), backlog.take_dropped()) == (LONGEST_BACKLOG, 5, 0)
    (oldest,) = backlog.batch(1, "here:1", NOON, WORTH).ended
    assert oldest.run_id == "p-5"


def test_what_is_taken_waits_until_it_is_written(backlog: Backlog) -> None:
    """And a stretch of skipped slots that has grown meanwhile waits on."""
    backlog(RunEnded("SweepJob", run(1), 0))
    backlog(SlotsSkipped("SweepJob", Outcome.MISSED, 2))
    taken = backlog.batch(10, "here:1", NOON, WORTH)
    assert (len(taken.ended), len(taken.skipped), len(backlog)) == (1, 1, 2)
    backlog(SlotsSkipped("SweepJob", Outcome.MISSED, 3))
    backlog.settle(taken)
    (left,) = backlog.batch(10, "here:1", NOON, WORTH).skipped
    assert (left.skip_id, left.slots.count) == (taken.skipped[0].skip_id, 5)


def test_only_runs_that_go_on_for_a_while_are_worth_a_row(backlog: Backlog) -> None:
    """They are told once, then that they go on, until they end."""
    backlog(start(1))
    assert not backlog.batch(10, "here:1", NOON, WORTH).has_news
    later = NOON + WORTH
    taken = backlog.batch(10, "here:1", later, WORTH)
    assert [each.run_id for each in taken.begun] == ["p-1"]
    backlog.settle(taken)
    taken = backlog.batch(10, "here:1", later, WORTH)
    assert (taken.begun, taken.going_on, taken.has_news) == ([], ["p-1"], False)
    backlog(RunEnded("SweepJob", run(1), 0))
    taken = backlog.batch(10, "here:1", later, WORTH)
    assert (taken.going_on, [each.run_id for each in taken.ended]) == ([], ["p-1"])


def test_it_hears_nothing_before_it_is_opened_and_after_it_was_closed() -> None:
    """Without a store nothing piles up."""
    backlog = Backlog()
    backlog(RunEnded("SweepJob", run(1), 0))
    backlog.open(FakeClock(NOON), "here:1", lambda _: None)
    backlog(LoopStarted("SweepJob"))
    backlog.close()
    backlog(RunEnded("SweepJob", run(2), 0))
    assert len(backlog) == 0


async def test_what_is_dropped_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """Whether the store is away, or too slow."""
    caplog.set_level(logging.INFO)
    clock = FakeClock(NOON)
    outage = Outage(clock)
    for _ in range(120):
        outage.note_success(dropped=1)
        await clock.advance(1)
    for _ in range(61):
        outage.note_failure(ConnectionError("no answer"), waiting=10_000, dropped=2)
        await clock.advance(1)
    outage.note_success(dropped=0)
    told = [each.getMessage() for each in caplog.records]
    assert told == [
        "runs end faster than the history can be written; 1 entries were dropped",
        "runs end faster than the history can be written; 60 entries were dropped",
        "the history cannot be written: no answer. 10000 entries wait, 61 were dropped",
        "the history cannot be written: no answer. 10000 entries wait, 181 were dropped",
        "the history is written again; 181 entries were dropped",
    ]


def test_a_store_that_is_away_is_asked_less_and_less_often() -> None:
    """But every half minute at least."""
    outage = Outage(FakeClock(NOON))
    waits = []
    for _ in range(8):
        outage.note_failure(ConnectionError(), waiting=0, dropped=0)
        waits.append(outage.retry_in)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
