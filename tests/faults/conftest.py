from collections.abc import Iterator

import pytest

from chaos.case import Case
from chaos.engines import ENGINES
from chaos.side_by_side import SideBySide

AT_ONCE = 5


@pytest.fixture(scope="module")
def performances(request: pytest.FixtureRequest) -> Iterator[SideBySide]:
    """Do all faults of a file side by side, for they mostly wait; tests ask what came of each."""
    given = (
        item.callspec.params.get("case")
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.getparent(pytest.Module) is request.node
    )
    cases = [case for case in given if isinstance(case, Case)]
    with (
        ENGINES[cases[0].engine]() as shared,
        SideBySide(cases, AT_ONCE, shared=shared) as performances,
    ):
        yield performances
