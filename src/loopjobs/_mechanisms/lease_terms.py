"""Until when a lease can be believed, and when to renew it. Arithmetic only."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from loopjobs._words.leases import Lease

RENEWALS_PER_LEASE: Final = 3
CALLS_PER_LEASE: Final = 5
"""So many calls of the store that take as long as they may fit into a lease."""
LONGEST_CALL: Final = 3.0
"""Seconds; a stop may have to wait for a call, however long the lease."""
MARGIN: Final = 2 / 15
"""The share of a lease at its end in which its holder no longer believes in it."""

_RETRY: Final = 1 / 15
"""The share of a lease after which a renewal that came to nothing is tried again."""


def call_timeout(lease_in_seconds: float) -> float:
    """Return for how many seconds a call of the store may go on."""
    return min(lease_in_seconds / CALLS_PER_LEASE, LONGEST_CALL)


def believed_until(lease: Lease, sent_at: float) -> float:
    """Return the moment from which on a lease is not believed that was asked for at `sent_at`."""
    return sent_at + lease.seconds * (1 - MARGIN)


@dataclass(slots=True)
class _Term:
    lease: Lease
    renew_at: float
    deadline: float


class LeaseTerms:
    """The leases of this process, each with the moment it must be renewed and the moment it ends.

    Time is that of the replica. A lease counts from the moment its request was sent: the store has
    granted it later, so it ends there later than here.
    """

    def __init__(self) -> None:
        self._terms: dict[Lease, _Term] = {}

    def __len__(self) -> int:
        """Return how many leases are held."""
        return len(self._terms)

    def ends_at(self, lease: Lease) -> float | None:
        """Return the moment from which on it is not believed; `None` if it is not held."""
        term = self._terms.get(lease)
        return None if term is None else term.deadline

    def add(self, lease: Lease, sent_at: float) -> None:
        """Hold a lease that was asked for at that moment."""
        renew_at = sent_at + lease.seconds / RENEWALS_PER_LEASE
        self._terms[lease] = _Term(lease, renew_at, believed_until(lease, sent_at))

    def remove(self, lease: Lease) -> None:
        """Hold it no longer; harmless if it is not held."""
        self._terms.pop(lease, None)

    def due(self, now: float) -> Sequence[Lease]:
        """Return the leases to renew now; for one that is not believed any more it is too late."""
        terms = self._terms.values()
        return [term.lease for term in terms if term.renew_at <= now < term.deadline]

    def note_renewed(self, leases: Collection[Lease], sent_at: float) -> None:
        """Note that the store has renewed them; the request was sent at that moment."""
        for lease in leases:
            if lease in self._terms:
                self.add(lease, sent_at)

    def note_failure(self, now: float) -> None:
        """Note that a renewal came to nothing; try again soon, as long as there is time."""
        for term in self._terms.values():
            if term.renew_at <= now:
                term.renew_at = now + term.lease.seconds * _RETRY

    def end(self, lease: Lease) -> None:
        """Note that the store does not know it any more; harmless if it is not held."""
        if (term := self._terms.get(lease)) is not None:
            term.deadline = -math.inf

    def take_ended(self, now: float) -> Sequence[Lease]:
        """Return the leases that are not to be believed any more, and hold them no longer."""
        ended = [term.lease for term in self._terms.values() if term.deadline <= now]
        for lease in ended:
            del self._terms[lease]
        return ended

    def wake_at(self) -> float:
        """Return the next moment at which there is something to do; infinite without a lease."""
        renewals = (term.renew_at for term in self._terms.values())
        return min(min(renewals, default=math.inf), self.ends_first_at())

    def ends_first_at(self) -> float:
        """Return when the first of them ends; infinite without a lease."""
        return min((term.deadline for term in self._terms.values()), default=math.inf)
