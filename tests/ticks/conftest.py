"""What the long tests of ticks share."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def untraced() -> Iterator[None]:
    """Measure no coverage: it costs ten times what it measures, and others have measured it."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)
