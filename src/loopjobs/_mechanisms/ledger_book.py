"""The ledger while it is being written."""

from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import Ledger


class LedgerBook:
    """Counts what becomes of every due slot. Its law: due = all outcomes + in flight."""

    __slots__ = ("_counts", "due", "in_flight")

    def __init__(self) -> None:
        self.due = 0
        self.in_flight = 0
        self._counts: dict[Outcome, int] = {}

    def begin(self) -> None:
        """Enter a slot whose run begins."""
        self.due += 1
        self.in_flight += 1

    def settle(self, outcome: Outcome) -> None:
        """Enter the outcome of a run that began."""
        self.in_flight -= 1
        self._counts[outcome] = self._counts.get(outcome, 0) + 1

    def enter(self, outcome: Outcome, count: int = 1) -> None:
        """Enter slots that end without a run."""
        self.due += count
        self._counts[outcome] = self._counts.get(outcome, 0) + count

    def read(self) -> Ledger:
        """Return the counts as they stand."""
        return Ledger(
            due=self.due,
            in_flight=self.in_flight,
            **{outcome.value: count for outcome, count in self._counts.items()},
        )
