"""Renewals that something is missing from."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

from chaos.passing_store import PassingStore
from loopjobs import Lease, LeaseStore, LeaseUnavailableError


class UnansweredRenewals(PassingStore):
    """Has each renewal asked for, and says at once that it was made."""

    def __init__(self, store: LeaseStore) -> None:
        super().__init__(store)
        self._lock = threading.Lock()

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew, and do not wait for what comes of it."""
        threading.Thread(target=self._ask, args=(leases,), daemon=True).start()
        return leases

    def _ask(self, leases: Sequence[Lease]) -> None:
        with self._lock, suppress(LeaseUnavailableError):
            self._store.renew(leases)


class RenewalsOnLoop(PassingStore):
    """Renews when the event loop has time for it.

    Args:
        store: Where the leases are.
        loop: That of the job.
    """

    def __init__(self, store: LeaseStore, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(store)
        self._loop = loop

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Wait for the event loop, and renew."""
        is_served = threading.Event()
        self._loop.call_soon_threadsafe(is_served.set)
        is_served.wait()
        return self._store.renew(leases)


class SingleTries(PassingStore):
    """Gives a lease up whose renewal has failed once.

    Args:
        store: Where the leases are.
        given_up: Shared by all connections of the replica.
    """

    def __init__(self, store: LeaseStore, given_up: set[Lease]) -> None:
        super().__init__(store)
        self._given_up = given_up

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew what was always renewed.

        Raises:
            LeaseUnavailableError: it could not be, this time or before.
        """
        if not self._given_up.isdisjoint(leases):
            raise LeaseUnavailableError("a renewal has failed before")
        try:
            return self._store.renew(leases)
        except LeaseUnavailableError:
            self._given_up.update(leases)
            raise
