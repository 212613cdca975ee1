"""Lease stores with something between them and the replica."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loopjobs import ClaimAnswer, ClaimRequest, Lease, LeaseEnd, LeaseStore, LeaseStoreSource


class PassingStore:
    """A `LeaseStore` that passes everything on.

    Args:
        store: To it.
    """

    def __init__(self, store: LeaseStore) -> None:
        self._store = store

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim."""
        return self._store.claim(request)

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew."""
        return self._store.renew(leases)

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give back."""
        self._store.finish(lease, end)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause, or resume."""
        self._store.set_paused(job, is_paused=is_paused)

    def close(self) -> None:
        """Close."""
        self._store.close()


@dataclass(frozen=True, slots=True)
class PassingSource:
    """A `LeaseStoreSource` with something between each of its stores and the replica."""

    source: LeaseStoreSource
    between: Callable[[LeaseStore], LeaseStore]

    def connect(self, timeout: float) -> LeaseStore:
        """Connect."""
        return self.between(self.source.connect(timeout))
