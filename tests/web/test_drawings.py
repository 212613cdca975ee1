"""Drawings say what they are drawn from."""

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs import Outcome
from loopjobs.web._chart import HEIGHT, chart
from loopjobs.web._instants import ago, clock_time, until
from loopjobs.web._ledger_bar import WIDTH, ledger_bar
from loopjobs.web._sparkline import sparkline
from loopjobs.web._views import CounterPoint, Slice, Spark
from loopjobs.web._words import OUTCOMES, number

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=11))
def test_the_ledger_is_filled_and_hides_nothing(counts: list[int]) -> None:
    """Every outcome that happened at all can be seen, and together they are as wide as the bar."""
    parts = ledger_bar([Slice(f"outcome {index}", count) for index, count in enumerate(counts)])
    assert sum(part.width for part in parts) == pytest.approx(WIDTH, abs=1)
    assert all(part.width > 10 for part in parts)
    assert [part.count for part in parts] == counts


def test_a_share_is_never_rounded_to_nothing_or_everything() -> None:
    """Three failures among a million are not 0 %, and the rest is not 100 %."""
    good, bad = ledger_bar([Slice("succeeded", 1_000_000), Slice("failed", 3)])
    assert (good.percent, bad.percent) == ("> 99 %", "< 1 %")
    assert [part.percent for part in ledger_bar([Slice("succeeded", 5)])] == ["100 %"]


def test_no_slots_are_no_bar() -> None:
    """An empty ledger is drawn as nothing."""
    assert list(ledger_bar([])) == []


def test_the_longest_run_is_the_highest_bar() -> None:
    """Heights follow durations, and trouble has a dot of its own."""
    runs = [Spark("succeeded", 1.0, NOW), Spark("failed", 4.0, NOW), Spark("succeeded", 0.0, NOW)]
    drawing = sparkline(runs)
    assert [bar.height for bar in drawing.bars] == [12, 24, 2]
    assert drawing.marks.count("M") == 1
    assert drawing.text == "The last 3 runs: 2 succeeded, 1 failed; the longest took 4 s"


def test_what_never_changes_needs_no_line() -> None:
    """Most counters are 0 most of the time: a number says so, and leaves room for the others."""
    level, rising = (chart([CounterPoint(NOW, 3.0), CounterPoint(NOW, last)]) for last in (3.0, 4))
    assert level is not None
    assert rising is not None
    assert (level.is_level, rising.is_level) == (True, False)


def test_what_is_no_number_is_not_drawn() -> None:
    """A body may report anything; the page goes on without it."""
    assert chart([CounterPoint(NOW, nan)]) is None
    assert [number(nan), number(inf)] == ["nan", "inf"]


def test_only_the_newest_runs_are_drawn_and_end_at_the_right() -> None:
    """The newest run is always at the same place, however many there are."""
    one = sparkline([Spark("failed", 1.0, NOW)])
    many = sparkline([Spark("succeeded", 1.0, NOW)] * 80)
    assert one.bars[-1].x == many.bars[-1].x == one.width - 3
    assert len(many.bars) == 50
    assert sparkline([]).text == "No runs yet"


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=60))
def test_a_chart_stays_in_its_frame(values: list[float]) -> None:
    """Whatever was reported, the line neither leaves the drawing nor misses a run."""
    drawing = chart([CounterPoint(NOW, value) for value in [*values, nan, inf]])
    assert drawing is not None
    places = [place.split(" ") for place in drawing.line.removeprefix("M").split("L")]
    assert len(places) == max(2, len(values))
    assert all(0 <= float(y) <= HEIGHT for _, y in places)
    assert (drawing.lowest, drawing.highest) == (min(values), max(values))


def test_distances_in_time() -> None:
    """What is past is ago, what is ahead is to come, and what is due is now."""
    assert ago(NOW - timedelta(seconds=61), NOW) == "1 min 1 s ago"
    assert until(NOW + timedelta(seconds=61), NOW) == "in 1 min 1 s"
    assert until(NOW - timedelta(seconds=3), NOW) == "now"
    assert clock_time(NOW, NOW) == "12:00:00"
    assert clock_time(NOW - timedelta(days=1), NOW) == "2026-03-28 12:00:00"


def test_numbers_are_set_apart_by_thousands() -> None:
    """Counters are read at a glance."""
    assert [number(value) for value in (1_234_567, 0.5, 12.0)] == ["1,234,567", "0.5", "12"]


def test_every_outcome_has_its_reason() -> None:
    """An outcome that is added one day must be explained on the page."""
    assert list(OUTCOMES) == list(Outcome)
