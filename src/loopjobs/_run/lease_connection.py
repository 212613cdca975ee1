"""A connection to the lease store that is made when it is needed, and anew after a failure."""

from collections.abc import Callable
from typing import TypeVar

from loopjobs._contracts.lease_store import LeaseStore, LeaseStoreSource
from loopjobs._words.errors import LeaseUnavailableError

T = TypeVar("T")


class LeaseConnection:
    """Lends the store to one call after the other; used on one thread at a time.

    Args:
        source: Connects.
        timeout: Seconds after which a call gives up.
    """

    def __init__(self, source: LeaseStoreSource, timeout: float) -> None:
        self._source = source
        self._timeout = timeout
        self._store: LeaseStore | None = None

    def call(self, verb: Callable[[LeaseStore], T]) -> T:
        """Ask something of the store.

        Raises:
            LeaseUnavailableError: it cannot be reached, or did not answer in time.
        """
        if self._store is None:
            self._store = self._source.connect(self._timeout)
        try:
            return verb(self._store)
        except LeaseUnavailableError:
            # What a connection still has to say after a call that was given up is anybody's guess.
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one."""
        store, self._store = self._store, None
        if store is not None:
            store.close()
