"""Lease stores that note which slots they grant; otherwise as they are."""

from collections.abc import Sequence
from typing import Final

from chaos.journal import Deed, Journal
from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Clock,
    Granted,
    Lease,
    LeaseEnd,
    LeaseStore,
    LeaseStoreSource,
    Outcome,
)

_UNUSED: Final = LeaseEnd(Outcome.CANCELLED, next_in=0.0)


class WitnessedLeases:
    """A `LeaseStoreSource`.

    Args:
        source: Where the leases are.
        journal: Hears of what is granted.
        clock: The clock of the machine.
    """

    def __init__(self, source: LeaseStoreSource, journal: Journal, clock: Clock) -> None:
        self._source = source
        self._journal = journal
        self._clock = clock

    def connect(self, timeout: float) -> LeaseStore:
        """Connect."""
        return _WitnessedStore(self._source.connect(timeout), self, self._clock)

    def note_given_back(self, lease: Lease) -> None:
        """Note that a slot is due again."""
        self._journal.note(Deed.GIVEN_BACK, lease.fencing_token)

    def note_granted(self, granted: Granted, sent_at: float) -> None:
        """Note which slot was granted to whoever asked at that moment."""
        received_at = self._clock.monotonic()
        earliest, latest = sent_at - granted.overdue, received_at - granted.overdue
        self._journal.note(Deed.GRANTED, granted.lease.fencing_token, earliest, latest)


class _WitnessedStore:
    def __init__(self, store: LeaseStore, witness: WitnessedLeases, clock: Clock) -> None:
        self._store = store
        self._witness = witness
        self._clock = clock

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        sent_at = self._clock.monotonic()
        answer = self._store.claim(request)
        if isinstance(answer, Granted):
            self._witness.note_granted(answer, sent_at)
        return answer

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        return self._store.renew(leases)

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        self._store.finish(lease, end)
        if end == _UNUSED:
            self._witness.note_given_back(lease)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        self._store.set_paused(job, is_paused=is_paused)

    def close(self) -> None:
        self._store.close()
