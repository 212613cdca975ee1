"""When is the next slot? Arithmetic, held to exact fractions."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loopjobs._mechanisms.pacing import FixedDelay, FixedRate, backoff

PROPERTY = settings(max_examples=settings().max_examples * 5)
TEN_YEARS = 10 * 366 * 86_400.0

intervals = st.floats(0.001, TEN_YEARS)
origins = st.floats(0, 1e9)


@PROPERTY
@given(origin=origins, interval=intervals, late=st.floats(0, 1e6))
def test_catching_up_lands_on_the_last_slot_that_is_due(
    origin: float, interval: float, late: float
) -> None:
    """Its time has come, the time of the one after it has not, and the count is theirs."""
    moment = origin + late
    assume(moment / interval < 1e12)
    grid = FixedRate(origin, interval)
    passed = grid.catch_up(moment)
    assert grid.next_due <= moment < origin + (passed + 1) * interval
    assert grid.next_due == origin + passed * interval


@PROPERTY
@given(origin=origins, interval=intervals, number=st.integers(1, 10**9))
def test_a_slot_is_due_at_its_own_time(origin: float, interval: float, number: int) -> None:
    """Neither a rounding before it nor after it: looked at then, it is the slot at hand."""
    due = origin + number * interval
    assume(origin + (number - 1) * interval < due < origin + (number + 1) * interval)
    grid = FixedRate(origin, interval)
    assert grid.catch_up(due) == number
    assert grid.next_due == due
    assert grid.catch_up(due) == 0
    early = FixedRate(origin, interval)
    assert early.catch_up(math.nextafter(due, 0)) == number - 1


@pytest.mark.parametrize("kind", [FixedRate, FixedDelay])
@PROPERTY
@given(origin=st.floats(0, 1e6), interval=st.floats(0.001, 1e4), later=st.floats(0, 2.5))
def test_a_slot_is_taken_alone_only_where_it_is_the_only_one(
    kind: type[FixedRate | FixedDelay], origin: float, interval: float, later: float
) -> None:
    """And as it would be if it were looked at first; or nothing is changed."""
    moment = origin + later * interval
    looked_at, schedule = kind(origin, interval), kind(origin, interval)
    is_due_alone = looked_at.catch_up(moment) == 0
    assert schedule.take_alone(moment) == (origin if is_due_alone else None)
    if is_due_alone:
        looked_at.take()
        assert schedule.next_due == looked_at.next_due
    else:
        assert schedule.next_due == origin


@PROPERTY
@given(origin=st.floats(0, 1e6), interval=st.floats(0.001, 1e4), steps=st.integers(1, 300))
def test_the_grid_has_no_error_that_adds_up(origin: float, interval: float, steps: int) -> None:
    """Every slot is as near to the exact time as one rounding of it can be."""
    grid = FixedRate(origin, interval)
    for step in range(steps):
        (grid.take, lambda: grid.pass_by(math.nan))[step % 2]()
    exact = Fraction(origin) + steps * Fraction(interval)
    assert abs(Fraction(grid.next_due) - exact) <= 2 * Fraction(math.ulp(grid.next_due))


def test_a_grid_is_not_moved_by_runs() -> None:
    """However they end, and whether they are its own."""
    grid = FixedRate(5, 10)
    grid.run_ended(1_000, 50)
    grid.step_aside()
    assert grid.next_due == 5


def test_nothing_is_passed_before_the_second_slot_is_due() -> None:
    """Also while the first is still to come."""
    grid = FixedRate(5, 10)
    assert [grid.catch_up(moment) for moment in (0, 5, 14.9)] == [0, 0, 0]
    assert grid.next_due == 5


@pytest.mark.parametrize("hand_out", ["take", "step_aside"])
def test_a_fixed_delay_waits_for_the_end_of_its_run(hand_out: str) -> None:
    """Until then there is no next slot."""
    delay = FixedDelay(3, 10)
    assert (delay.next_due, delay.catch_up(1_000)) == (3, 0)
    getattr(delay, hand_out)()
    assert delay.next_due == math.inf
    delay.run_ended(20, 0)
    assert delay.next_due == 30


@pytest.mark.parametrize(("wait", "due"), [(0, 30), (9, 30), (25, 45)])
def test_a_fixed_delay_takes_the_longer_of_interval_and_back_off(wait: float, due: float) -> None:
    """Back-off never makes a job run sooner."""
    delay = FixedDelay(3, 10)
    delay.run_ended(20, wait)
    assert delay.next_due == due


def test_a_fixed_delay_counts_from_a_slot_without_a_run() -> None:
    """From the moment it was decided."""
    delay = FixedDelay(3, 10)
    delay.pass_by(7)
    assert delay.next_due == 17


@pytest.mark.parametrize(
    ("failures", "longest", "seconds"),
    [(1, 600, 10), (2, 600, 20), (3, 600, 40), (7, 600, 600), (1, 5, 5), (10**9, 600, 600)],
)
def test_back_off_doubles_up_to_its_cap(failures: int, longest: float, seconds: float) -> None:
    """N failures in a row wait interval times 2 to the power n-1."""
    assert backoff(10, failures, longest) == seconds


def test_back_off_overflows_at_no_interval() -> None:
    """The longest interval and the longest series are numbers still."""
    assert backoff(TEN_YEARS, 10**6, TEN_YEARS) == TEN_YEARS
