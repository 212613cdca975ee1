"""The ledger while it is being written."""

from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import Ledger


class LedgerBook:
    """Counts what becomes of every due slot. Its law: due = all outcomes + in flight."""

    __slots__ = ("_others", "due", "in_flight", "succeeded")

    def __init__(self) -> None:
        self.due = 0
        self.in_flight = 0
        self.succeeded = 0
        self._others: dict[Outcome, int] | None = None
        """The other counts; nothing else comes of most slots."""

    def begin(self) -> None:
        """Enter a slot whose run begins."""
        self.due += 1
        self.in_flight += 1

    def settle(self, outcome: Outcome) -> None:
        """Enter the outcome of a run that began."""
        self.in_flight -= 1
        self._count(outcome, 1)

    def enter(self, outcome: Outcome, count: int = 1) -> None:
        """Enter slots that end without a run."""
        self.due += count
        self._count(outcome, count)

    def read(self) -> Ledger:
        """Return the counts as they stand."""
        others = {} if self._others is None else self._others
        return Ledger(
            due=self.due,
            in_flight=self.in_flight,
            succeeded=self.succeeded,
            **{outcome.value: count for outcome, count in others.items()},
        )

    def _count(self, outcome: Outcome, count: int) -> None:
        if outcome is Outcome.SUCCEEDED:
            self.succeeded += count
            return
        if self._others is None:
            self._others = {}
        self._others[outcome] = self._others.get(outcome, 0) + count
