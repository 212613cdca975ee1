"""Renews the leases of a process, and tells who has lost one."""

import threading
from collections.abc import Callable, Sequence

from loopjobs._mechanisms.lease_terms import LeaseTerms
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._words.clock import Clock
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.leases import Lease


class LeaseRenewal:
    """Holds leases, each with whom to tell when it is lost; does one round when it is told to.

    Leases come and go on the event loop while another thread does the rounds.
    """

    def __init__(self, connection: LeaseConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._terms = LeaseTerms()
        self._on_lost: dict[Lease, Callable[[], None]] = {}
        self._lock = threading.Lock()

    def hold(self, lease: Lease, sent_at: float, on_lost: Callable[[], None]) -> None:
        """Keep a lease from here on; it was asked for at that moment of the clock."""
        with self._lock:
            self._terms.add(lease, sent_at)
            self._on_lost[lease] = on_lost

    def let_go(self, lease: Lease) -> None:
        """Keep it no longer. Whoever lets go is not told of a loss any more."""
        with self._lock:
            self._terms.remove(lease)
            self._on_lost.pop(lease, None)

    def wake_at(self) -> float:
        """Return the moment of the next round; infinite without a lease."""
        with self._lock:
            return self._terms.wake_at()

    def do_round(self, *, may_renew: bool = True) -> Sequence[Callable[[], None]]:
        """Renew what is due, unless it must not be, and return whom to tell of a loss."""
        with self._lock:
            now = self._clock.monotonic()
            due = self._terms.due(now) if may_renew else ()
            if not may_renew:
                self._terms.note_failure(now)
        lost = self._renew(due) if due else []
        with self._lock:
            lost.extend(self._terms.take_ended(self._clock.monotonic()))
            told = [self._on_lost.pop(lease, None) for lease in lost]
        return [on_lost for on_lost in told if on_lost is not None]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _renew(self, due: Sequence[Lease]) -> list[Lease]:
        sent_at = self._clock.monotonic()
        try:
            kept = set(self._connection.call(lambda store: store.renew(due)))
        except LeaseUnavailableError:
            with self._lock:
                self._terms.note_failure(self._clock.monotonic())
            return []
        with self._lock:
            self._terms.note_renewed(kept, sent_at)
            lost = [lease for lease in due if lease not in kept and lease in self._terms]
            for lease in lost:
                self._terms.remove(lease)
        return lost
