"""A connection to the lease store that is made when it is needed, and anew after a failure."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from loopjobs._contracts.lease_store import LeaseStore, LeaseStoreSource
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.redaction import redact

T = TypeVar("T")

_log: Final = logging.getLogger("loopjobs.leases")


class LeaseConnection:
    """Lends the store to one call after the other; used on one thread at a time.

    Args:
        source: Connects.
        timeout: Seconds after which a call gives up.
    """

    def __init__(self, source: LeaseStoreSource, timeout: float) -> None:
        self._source = source
        self.timeout = timeout
        """Seconds; a connection that was made with other ones is made anew for the next call."""
        self._made_with = timeout
        self._store: LeaseStore | None = None

    def call(self, verb: Callable[[LeaseStore], T]) -> T:
        """Ask something of the store.

        Raises:
            LeaseUnavailableError: it cannot be reached, or did not answer in time, or fell over.
        """
        try:
            timeout = self.timeout
            if self._made_with != timeout:
                self.close()
            if self._store is None:
                self._store, self._made_with = self._source.connect(timeout), timeout
            return verb(self._store)
        except Exception as error:
            # What a connection still has to say after a call that was given up is anybody's guess.
            self.close()
            if isinstance(error, LeaseUnavailableError):
                raise
            # A store that raises what it should not must end neither the loop nor the renewals.
            raise LeaseUnavailableError(redact(f"{type(error).__name__}: {error}")) from error

    def close(self) -> None:
        """Close the connection, if there is one."""
        store, self._store = self._store, None
        if store is None:
            return
        try:
            store.close()
        except Exception as error:  # noqa: BLE001 - it is gone either way
            _log.debug("closing the lease store: %s", redact(f"{type(error).__name__}: {error}"))
