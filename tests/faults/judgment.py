"""What tests judge of a fault."""

from collections.abc import Sequence

from chaos.case import Case
from chaos.figures import Figure, Kind
from chaos.report import line_of


def title_of(case: Case) -> str:
    """Return what a case is called in the name of its test."""
    return case.title.replace(" ", "-")


def assert_met(figures: Sequence[Figure]) -> None:
    """Assert that nothing was missed that needs no luck."""
    judged = [figure for figure in figures if figure.kind is not Kind.PACE]
    assert judged
    assert [line_of(figure) for figure in judged if not figure.is_met] == []
