"""What has a say in the slots of a loop beside their schedule."""

import math
from typing import Final, NamedTuple


class Steering(NamedTuple):
    """Nothing steers most loops, and they all share one of these that says so."""

    is_paused: bool = False
    jitter: float = 0.0
    """Each slot is put off by a random share of that many seconds."""
    shift: float = 0.0
    """By how many the next one is."""
    extra_due: float = math.inf
    """A slot outside the schedule; infinite without one."""
    hold_until: float = -math.inf
    """Slots before that moment are skipped as back-off."""


UNSTEERED: Final = Steering()
