"""The ledger while it is being written."""

from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import Ledger


class LedgerBook:
    """Counts what has become of slots. Due are those, and those whose runs are in flight."""

    __slots__ = ("_others", "succeeded")

    def __init__(self) -> None:
        self.succeeded = 0
        self._others: dict[Outcome, int] | None = None
        """The other counts; nothing else comes of most slots."""

    def enter(self, outcome: Outcome, count: int = 1) -> None:
        """Enter what became of a slot, or of several."""
        if outcome is Outcome.SUCCEEDED:
            self.succeeded += count
            return
        if self._others is None:
            self._others = {}
        self._others[outcome] = self._others.get(outcome, 0) + count

    def read(self, in_flight: int) -> Ledger:
        """Return the counts as they stand, with so many runs of which nothing has become yet."""
        others = {} if self._others is None else self._others
        return Ledger(
            due=self.succeeded + sum(others.values()) + in_flight,
            in_flight=in_flight,
            succeeded=self.succeeded,
            **{outcome.value: count for outcome, count in others.items()},
        )
