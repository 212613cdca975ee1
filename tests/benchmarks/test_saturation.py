"""The shortest interval is found where ticks begin to be lost."""

from hypothesis import given
from hypothesis import strategies as st

from loops.saturation import shortest_interval


@given(limit=st.floats(0.05, 0.2), guess=st.floats(0.05, 0.2))
def test_what_is_found_keeps_and_a_quarter_less_does_not(limit: float, guess: float) -> None:
    """From whatever side the guess comes."""
    found = shortest_interval(guess, 1.0, lambda interval: interval >= limit)
    assert found is not None
    assert limit <= found < limit * 1.26


def test_a_system_that_never_keeps_has_none() -> None:
    """And it is not asked for ever."""
    asked: list[float] = []

    def keeps(interval: float) -> bool:
        asked.append(interval)
        return False

    assert shortest_interval(0.1, 1.0, keeps) is None
    assert len(asked) <= 8


def test_an_interval_that_is_too_long_is_not_tried() -> None:
    """Each probe takes as long as its interval."""
    asked: list[float] = []

    def keeps(interval: float) -> bool:
        asked.append(interval)
        return interval >= 1.9

    assert shortest_interval(3.0, 2.0, keeps) is None
    assert asked == []
    assert shortest_interval(1.7, 2.0, keeps) is None
    assert asked == [1.7]
