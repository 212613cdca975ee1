"""What the tests of the watchdog share."""

import pytest

from loopjobs.testing import FakeClock

from .kennel import Kennel


@pytest.fixture
def kennel(clock: FakeClock) -> Kennel:
    """A watchdog with default options."""
    return Kennel(clock)
