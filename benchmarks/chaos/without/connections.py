"""Connections that something is missing from."""

from loopjobs import LeaseStore, LeaseStoreSource, LeaseUnavailableError


class SingleConnection:
    """A `LeaseStoreSource` that connects once.

    Args:
        source: Where the leases are.
    """

    def __init__(self, source: LeaseStoreSource) -> None:
        self._source = source
        self._has_connected = False

    def connect(self, timeout: float) -> LeaseStore:
        """Connect, the first time.

        Raises:
            LeaseUnavailableError: it is not the first time.
        """
        if self._has_connected:
            raise LeaseUnavailableError("connected before")
        store = self._source.connect(timeout)
        self._has_connected = True
        return store
