"""Leases that end when they should not, or do not end when they should."""

import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chaos.passing_store import PassingStore
from loopjobs import ClaimAnswer, ClaimRequest, Granted, Lease, LeaseEnd, LeaseStore, Outcome

_AGES: Final = 3_600.0
_LOOK_EVERY: Final = 0.05
_OUTLIVES: Final = 5.0
"""Seconds for which a lock is held on when its holder has died."""


class KeptLeases(PassingStore):
    """Is never given a lease back."""

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Do nothing."""


class OutlivingLeases(PassingStore):
    """Grants leases that do not end with their holder.

    Args:
        store: Where the leases are.
        has_locks: Whether the kernel keeps them: then a process of its own has each lock as well.
    """

    def __init__(self, store: LeaseStore, *, has_locks: bool) -> None:
        super().__init__(store)
        self._has_locks = has_locks
        self._keeper = 0

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim for an hour, and take over from nobody who seems to be gone."""
        answer = self._store.claim(replace(request, seconds=_AGES, stale=None))
        if isinstance(answer, Granted) and self._has_locks:
            self._end_keeper()
            self._keeper = os.fork()
            if not self._keeper:
                _keep()
        return answer

    def close(self) -> None:
        """Close it, and keep no lock any more."""
        self._end_keeper()
        super().close()

    def _end_keeper(self) -> None:
        if self._keeper:
            os.kill(self._keeper, signal.SIGKILL)
            os.waitpid(self._keeper, 0)
            self._keeper = 0


class EarlyEnds(PassingStore):
    """Has the leases of a host given back as soon as it is asked to end, whatever still runs.

    Args:
        store: Where the leases are.
        is_stopping: Set when it is asked to.
    """

    def __init__(self, store: LeaseStore, is_stopping: threading.Event) -> None:
        super().__init__(store)
        self._is_stopping = is_stopping

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew, or give back and say that it was renewed."""
        if not self._is_stopping.is_set():
            return self._store.renew(leases)
        for lease in leases:
            self._store.finish(lease, LeaseEnd(Outcome.CANCELLED))
        return leases


def _keep() -> None:
    """Be a process that has what the one has that it was forked from, and lives a bit longer."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    time.sleep(_OUTLIVES)
    os._exit(0)
