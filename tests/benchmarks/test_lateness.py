"""How late ticks are is told from their slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loops.lateness import lateness_of


def test_a_tick_is_late_by_what_has_passed_since_its_latest_slot() -> None:
    """Each job has slots of its own."""
    late = lateness_of([10.01, 10.27, 11.02], [0, 1, 0], [0.0, 0.25].__getitem__, 1.0)
    assert late is not None
    assert [late.p50, late.p99, late.worst] == pytest.approx([0.02, 0.02, 0.02])


def test_a_tick_that_comes_a_moment_early_is_not_late() -> None:
    """Timers may fire within the resolution of the clock."""
    late = lateness_of([9.99], [0], lambda _: 0.0, 1.0)
    assert late is not None
    assert late.worst == 0.0


def test_of_a_hundred_ticks_the_percentiles_are_the_middle_one_and_the_last_but_one() -> None:
    """And the worst is the last."""
    stamps = [number / 1_000 for number in range(1, 101)]
    late = lateness_of(stamps, [0] * 100, lambda _: 0.0, 1.0)
    assert late is not None
    assert [late.p50, late.p99, late.worst] == pytest.approx([0.05, 0.099, 0.1])


def test_without_ticks_there_is_no_lateness() -> None:
    """It is not zero either."""
    assert lateness_of([], [], lambda _: 0.0, 1.0) is None


@given(
    delays=st.lists(st.floats(0, 0.9), min_size=1),
    slot=st.integers(0, 1_000),
    first=st.floats(0, 9),
)
def test_lateness_does_not_depend_on_which_slot_it_is(
    delays: list[float], slot: int, first: float
) -> None:
    """The worst is the longest delay, whatever the slot."""
    stamps = [first + slot + delay for delay in delays]
    late = lateness_of(stamps, [0] * len(stamps), lambda _: first, 1.0)
    assert late is not None
    assert late.worst == pytest.approx(max(delays), abs=1e-6)
    assert late.p50 <= late.p99 <= late.worst
