"""The ledger while it is being written."""

from typing import Final

from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import Ledger

_SUCCEEDED: Final = Outcome.SUCCEEDED.value


class LedgerBook:
    """Counts what has become of slots. Due are those, and those whose runs are in flight."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[Outcome, int] = {}

    def enter(self, outcome: Outcome, count: int = 1) -> None:
        """Enter what became of a slot, or of several."""
        self._counts[outcome] = self._counts.get(outcome, 0) + count

    def read(self, in_flight: int, succeeded: int = 0) -> Ledger:
        """Return the counts as they stand.

        Args:
            in_flight: Runs of which nothing has become yet.
            succeeded: Runs that went well and were not entered.
        """
        counts = {outcome.value: count for outcome, count in self._counts.items()}
        succeeded += counts.pop(_SUCCEEDED, 0)
        due = succeeded + sum(counts.values()) + in_flight
        return Ledger(due=due, in_flight=in_flight, succeeded=succeeded, **counts)
