"""Renews the leases of a process, and tells who has lost one."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loopjobs._mechanisms.lease_terms import LeaseTerms
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._words.clock import Clock
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.leases import Lease


@dataclass(frozen=True, slots=True)
class Bereaved:
    """Whoever has to be told that a lease is lost."""

    on_lost: Callable[[], None]
    """Called on the event loop."""
    warn: Callable[[], None]
    """Called at once and on any thread, for the event loop may be blocked."""


class LeaseRenewal:
    """Holds leases, each with whom to tell when it is lost.

    Leases come and go on the event loop while one thread renews them, and another, which never
    waits for the store, watches when they end.
    """

    def __init__(self, connection: LeaseConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._terms = LeaseTerms()
        self._bereaved: dict[Lease, Bereaved] = {}
        self._lock = threading.Lock()

    def hold(self, lease: Lease, sent_at: float, bereaved: Bereaved) -> None:
        """Keep a lease from here on; it was asked for at that moment of the clock."""
        with self._lock:
            self._terms.add(lease, sent_at)
            self._bereaved[lease] = bereaved

    def let_go(self, lease: Lease) -> None:
        """Keep it no longer. Whoever lets go is not told of a loss any more."""
        with self._lock:
            self._terms.remove(lease)
            self._bereaved.pop(lease, None)

    def ends_at(self, lease: Lease) -> float | None:
        """Return the moment from which on it is not believed; `None` if it is not held."""
        with self._lock:
            return self._terms.ends_at(lease)

    def wake_at(self, *, is_renewing: bool = False) -> float:
        """Return when there is something to do next; infinite without a lease."""
        with self._lock:
            return self._terms.ends_first_at() if is_renewing else self._terms.wake_at()

    def due(self) -> Sequence[Lease]:
        """Return the leases to renew now."""
        with self._lock:
            return self._terms.due(self._clock.monotonic())

    def renew(self, due: Sequence[Lease]) -> None:
        """Renew them; waits for the store."""
        sent_at = self._clock.monotonic()
        try:
            kept = self._connection.call(lambda store: set(store.renew(due)))
        except LeaseUnavailableError:
            self.put_off()
            return
        with self._lock:
            self._terms.note_renewed(kept, sent_at)
            for lease in set(due) - kept:
                self._terms.end(lease)

    def put_off(self) -> None:
        """Try again soon to renew what is due: nothing has come of it."""
        with self._lock:
            self._terms.note_failure(self._clock.monotonic())

    def take_lost(self) -> Sequence[Bereaved]:
        """Hold those no longer that are not to be believed any more; return whom to tell."""
        with self._lock:
            lost = self._terms.take_ended(self._clock.monotonic())
            told = [self._bereaved.pop(lease, None) for lease in lost]
        return [each for each in told if each is not None]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
