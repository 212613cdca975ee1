"""Durations and schedules in words, as the page and the command say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs import LoopJobOptions, Pacing
from loopjobs.wording import ago, ahead, exact, schedule, span, whole

LENGTHS = {"d": 86_400.0, "h": 3_600.0, "min": 60.0, "s": 1.0, "ms": 0.001}


def seconds_in(words: str) -> float:
    """Return what a duration in words adds up to."""
    parts = words.split(" ")
    return sum(float(n) * LENGTHS[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.00001, "< 1 ms"),
        (0.0123, "12 ms"),
        (0.9996, "1 s"),
        (2.34, "2.3 s"),
        (12, "12 s"),
        (59.99, "1 min"),
        (90, "1 min 30 s"),
        (252, "4 min 12 s"),
        (3_600, "1 h"),
        (3_661, "1 h 1 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_how_long_something_took(seconds: float, text: str) -> None:
    """Two units at most: the longer, the coarser."""
    assert span(seconds) == text


@given(st.floats(0.001, 1e7))
def test_a_duration_in_words_is_nearly_the_duration(seconds: float) -> None:
    """Nothing is off by more than a twentieth, wherever one unit gives way to the next."""
    assert seconds_in(span(seconds)) == pytest.approx(seconds, rel=0.05, abs=0.0005)


@given(st.integers(0, 10**7))
def test_an_exact_duration_is_the_duration(seconds: int) -> None:
    """In one unit, whatever it takes."""
    assert seconds_in(exact(seconds)) == seconds


def test_distances_in_time() -> None:
    """A clock counts whole seconds, and what is due is now."""
    assert [whole(each) for each in (59.9, -3, 3_725)] == ["59 s", "0 s", "1 h 2 min"]
    assert [ago(each) for each in (0.9, 61)] == ["just now", "1 min 1 s ago"]
    assert [ahead(each) for each in (61, 0.9, -3)] == ["in 1 min 1 s", "now", "now"]


@pytest.mark.parametrize(
    ("seconds", "pacing", "words"),
    [
        (10, Pacing.FIXED_RATE, "every 10 s"),
        (0.25, Pacing.FIXED_RATE, "every 0.25 s"),
        (90, Pacing.FIXED_RATE, "every 90 s"),
        (300, Pacing.FIXED_RATE, "every 5 min"),
        (7_200, Pacing.FIXED_DELAY, "2 h after each run"),
        (86_400, Pacing.FIXED_DELAY, "1 d after each run"),
    ],
)
def test_a_schedule_in_words(seconds: float, pacing: Pacing, words: str) -> None:
    """In the largest unit that fits, so that nobody has to reckon."""
    assert schedule(LoopJobOptions(interval_in_seconds=seconds, pacing=pacing)) == words
