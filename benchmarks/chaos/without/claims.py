"""Claims that something is missing from."""

import socket
from dataclasses import replace
from typing import Final

import psycopg

from chaos.passing_store import PassingStore
from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Declined,
    Granted,
    Lease,
    LeaseEnd,
    LeaseStore,
    SystemClock,
)

_CLOCK: Final = SystemClock()
_LOCK: Final = 26


class LockAlone(PassingStore):
    """Grants whenever nobody runs, as a lock does; each replica comes when it likes."""

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim whatever is due."""
        answer = self._store.claim(replace(request, is_by_hand=True))
        return replace(answer, next_in=request.interval)


class OwnClock(PassingStore):
    """Lets the replica judge by its own clock what is due.

    Args:
        store: Where the leases are.
        ahead: How much later it is by that clock; seconds.
    """

    def __init__(self, store: LeaseStore, ahead: float) -> None:
        super().__init__(store)
        self._ahead = ahead

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim what is due by that clock."""
        answer = self._store.claim(request)
        if isinstance(answer, Declined) and answer.next_in <= self._ahead:
            return self._store.claim(replace(request, is_by_hand=True))
        return answer


class NameOfMachine(PassingStore):
    """Is asked in the name of the machine."""

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim in that name."""
        return self._store.claim(replace(request, holder=socket.gethostname()))


class Unobservant(PassingStore):
    """Never tells that it has seen a lease unchanged."""

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim without that."""
        return self._store.claim(replace(request, stale=None))


class SessionLock(PassingStore):
    """Keeps no row, but a lock of a session of PostgreSQL.

    Args:
        store: Left unused.
        conninfo: Of the same database.
    """

    def __init__(self, store: LeaseStore, conninfo: str) -> None:
        super().__init__(store)
        self._connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Take the lock."""
        has_it = self._ask("SELECT pg_try_advisory_lock(%s)")
        if not has_it:
            return Declined(next_in=request.interval, lease_left=request.seconds)
        lease = Lease(request.job, request.holder, round(_CLOCK.monotonic() * 1e6), request.seconds)
        return Granted(lease, next_in=request.interval, overdue=0.0, is_takeover=False)

    def finish(self, lease: Lease, end: LeaseEnd) -> None:  # noqa: ARG002 - there is one lock
        """Release it."""
        self._ask("SELECT pg_advisory_unlock(%s)")

    def close(self) -> None:
        """Close both connections."""
        self._connection.close()
        super().close()

    def _ask(self, statement: str) -> bool:
        found = self._connection.execute(statement.encode(), (_LOCK,)).fetchone()
        return found == (True,)
