"""Stops PcDeleteJob where it would delete too large a share of the fleet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from login.domain.acknowledgements import Acknowledgement
from login.domain.retirement_ports import AcknowledgementStore, RetirementCensus

JOB: Final = "PcDeleteJob"
"""Its name in the audit and with acknowledgements."""


@dataclass(frozen=True, slots=True)
class RetirementHold:
    """Runs are held: they delete nothing until the share falls or somebody acknowledges it."""

    since: datetime
    candidates: int
    live: int
    max_fraction: float


class HoldBoard:
    """What the last run of this process found; job and endpoints share it."""

    def __init__(self) -> None:
        self.hold: RetirementHold | None = None


@dataclass(frozen=True, slots=True)
class RetirementBrakeRules:
    """When to hold."""

    max_fraction: float = 0.2
    """More than this share of the live PCs to be retired at once is held; 1 is never."""
    min_count: int = 50
    """Fewer candidates than this are never held."""


class RetirementBrake:
    """Decides whether a run may delete.

    Args:
        rules: when to hold.
        acknowledgements: who has let a run proceed; one run uses an acknowledgement up, even if
            its cap leaves candidates for the next one.
        board: where the hold is shown.
    """

    def __init__(
        self, rules: RetirementBrakeRules, acknowledgements: AcknowledgementStore, board: HoldBoard
    ) -> None:
        self._rules = rules
        self._acknowledgements = acknowledgements
        self._board = board

    async def check(
        self, census: RetirementCensus, now: datetime, *, is_rehearsal: bool
    ) -> RetirementHold | Acknowledgement | None:
        """Return the hold, or by whose word there is none, or `None` if there is no need for one.

        Args:
            census: the fleet.
            now: when the run started.
            is_rehearsal: whether the acknowledgement is only looked at.
        """
        if not self._is_too_much(census):
            self._board.hold = None
            return None
        ask = self._acknowledgements.find if is_rehearsal else self._acknowledgements.take
        acknowledgement = await ask(JOB, now)
        if acknowledgement is not None:
            self._board.hold = None
            return acknowledgement
        before = self._board.hold
        self._board.hold = RetirementHold(
            since=now if before is None else before.since,
            candidates=census.candidates,
            live=census.live,
            max_fraction=self._rules.max_fraction,
        )
        return self._board.hold

    def _is_too_much(self, census: RetirementCensus) -> bool:
        too_many = self._rules.max_fraction * census.live
        return census.candidates >= self._rules.min_count and census.candidates > too_many
