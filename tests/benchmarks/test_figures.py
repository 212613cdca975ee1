"""Medians, ratios and exponents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import exponent
from loops.cases import case_named
from loops.figures import failure_of, is_behind, median_of, ratio_of
from loops.results import Result
from loops.systems import system_named


def result(system: str, number: int, **figures: float) -> Result:
    """A result of 1,000 jobs at once."""
    return Result("burst-1000", system, number, 0.1, figures)


def failed(system: str, why: str) -> Result:
    """A result without figures."""
    return Result("burst-1000", system, 0, 0.1, failure=why)


def test_a_ratio_is_the_median_of_the_ratios_of_rounds() -> None:
    """A round in which the machine was busy with something else touches both alike."""
    results = [
        *(result("bare", number, cpu=cost) for number, cost in enumerate([1.0, 10.0, 2.0])),
        *(result("loopjobs", number, cpu=cost) for number, cost in enumerate([2.0, 10.0, 8.0])),
    ]
    assert ratio_of(results, "burst-1000", "loopjobs", "cpu") == 2.0
    assert median_of(results, "burst-1000", "loopjobs", "cpu") == 8.0


def test_on_uvloop_loopjobs_is_compared_with_a_bare_loop_on_uvloop() -> None:
    """Otherwise the ratio would tell of the event loop."""
    results = [
        result("bare", 0, cpu=10),
        result("bare-uvloop", 0, cpu=4),
        result("loopjobs-uvloop", 0, cpu=2),
    ]
    assert ratio_of(results, "burst-1000", "loopjobs-uvloop", "cpu") == 0.5


def test_a_round_without_a_pair_has_no_ratio() -> None:
    """If that is each of them, nor has the case."""
    results = [result("bare", 0, cpu=1), result("loopjobs", 1, cpu=9)]
    assert ratio_of(results, "burst-1000", "loopjobs", "cpu") is None


def test_a_system_that_never_ticked_has_no_cost_of_a_tick_and_that_is_told() -> None:
    """What else was measured of it counts."""
    results = [result("docket", 0, ticks=0, stop=1)]
    assert median_of(results, "burst-1000", "docket", "cpu") is None
    assert median_of(results, "burst-1000", "docket", "stop") == 1
    assert failure_of(results, "burst-1000", "docket") == "no tick came"


def test_why_there_is_no_figure_is_told() -> None:
    """Only if there is none in any round."""
    results = [failed("docket", "no"), failed("taskiq", "no"), result("taskiq", 1, cpu=1)]
    assert failure_of(results, "burst-1000", "docket") == "no"
    assert failure_of(results, "burst-1000", "taskiq") is None


@pytest.mark.parametrize(("kept", "behind"), [(0.49, True), (0.51, False)])
def test_a_system_that_loses_more_than_half_of_its_ticks_is_behind(
    kept: float, *, behind: bool
) -> None:
    """It is not tried with more jobs."""
    results = [result("docket", 0, kept=kept)]
    case, docket = case_named("burst-1000"), system_named("docket")
    assert is_behind(results, case, docket) is behind
    assert is_behind([failed("docket", "no")], case, docket)
    assert not is_behind([], case, docket)


@given(power=st.floats(-1, 3), factor=st.floats(1e-6, 1e6))
def test_the_exponent_of_a_power_is_the_power(power: float, factor: float) -> None:
    """Whatever it is multiplied with."""
    sizes = [1.0, 100.0, 1_000.0, 100_000.0]
    costs = [factor * size**power for size in sizes]
    assert exponent(sizes, costs) == pytest.approx(power, abs=1e-6)


def test_two_sizes_have_no_exponent() -> None:
    """Any two lie on a line."""
    assert exponent([1, 10], [1, 10]) is None
