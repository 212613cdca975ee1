"""What has a say in the slots of a loop beside their schedule."""

import math
from typing import Final, NamedTuple

from loopjobs._words.outcomes import Outcome

_ROUNDING: Final = 1e-6


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

    @property
    def held_until(self) -> float:
        """That moment, and a little sooner: it was reckoned another way than the slots are."""
        return self.hold_until - _ROUNDING

    def reason_to_skip(self, due: float) -> Outcome | None:
        """Return why a slot is skipped, if it is."""
        if self.is_paused:
            return Outcome.SKIPPED_PAUSED
        return Outcome.SKIPPED_BACKOFF if due < self.held_until else None


UNSTEERED: Final = Steering()
