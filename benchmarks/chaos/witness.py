"""Lease stores that note who asks, and which slots they grant; otherwise as they are."""

from collections.abc import Sequence
from typing import Final

from chaos.journal import Deed, Journal
from chaos.passing_store import PassingStore
from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Clock,
    Granted,
    Lease,
    LeaseEnd,
    LeaseStore,
    Outcome,
)

_UNUSED: Final = LeaseEnd(Outcome.CANCELLED, next_in=0.0)


class WitnessedStore(PassingStore):
    """A `LeaseStore`.

    Args:
        store: Where the leases are.
        journal: Hears of what is granted.
        clock: The clock of the machine.
    """

    def __init__(self, store: LeaseStore, journal: Journal, clock: Clock) -> None:
        super().__init__(store)
        self._journal = journal
        self._clock = clock
        self._has_asked = False

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Note who asks, and which slot is granted."""
        sent_at = self._clock.monotonic()
        answer = self._store.claim(request)
        if not self._has_asked:
            self._has_asked = True
            self._journal.note(Deed.ASKED, holder=request.holder)
        if isinstance(answer, Granted):
            received_at = self._clock.monotonic()
            earliest, latest = sent_at - answer.overdue, received_at - answer.overdue
            self._journal.note(Deed.GRANTED, answer.lease.fencing_token, earliest, latest)
        return answer

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Note what was renewed."""
        renewed = self._store.renew(leases)
        for lease in renewed:
            self._journal.note(Deed.RENEWED, lease.fencing_token)
        return renewed

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Note that a slot is due again."""
        self._store.finish(lease, end)
        if end == _UNUSED:
            self._journal.note(Deed.GIVEN_BACK, lease.fencing_token)
