"""What became of the slots and runs of which there is more to say than that they went well."""

import math

from loopjobs._mechanisms.ledger_book import LedgerBook


class Books:
    """The books of one job, made for the first entry: of many loops most never need any."""

    __slots__ = ("by_hand", "of_slots", "runs", "runs_until", "slot_ended")

    def __init__(self) -> None:
        self.of_slots = LedgerBook()
        self.by_hand = LedgerBook()
        self.runs = 0
        """How many runs are in them; all others were those of slots, and went well."""
        self.runs_until = 0
        """How many had ended in all when the last of these did, or left."""
        self.slot_ended = -math.inf
        """When the last run of a slot had ended by then."""

    def of(self, *, is_scheduled: bool) -> LedgerBook:
        """Return the one of slots, or the one of runs by hand."""
        return self.of_slots if is_scheduled else self.by_hand
