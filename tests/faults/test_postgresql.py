"""The catalogue of faults in its quick form, done to leases in PostgreSQL and to real processes.

What is a matter of pace is not judged here, but by `benchmarks/chaos/run.py`.
"""

import pytest

from chaos.case import Case, cases
from chaos.side_by_side import SideBySide

from .judgment import assert_met, title_of

# Whichever is the first waits until all are under way.
pytestmark = [pytest.mark.smoke, pytest.mark.timeout(180)]


@pytest.mark.parametrize("case", cases("postgresql", scale=None), ids=title_of)
def test_what_a_fault_must_not_do_it_does_not(case: Case, performances: SideBySide) -> None:
    """And a control, where the protection is left out, does the damage."""
    assert_met(performances.figures(case))
