"""The locks of a process on its jobs, each for as long as its lease."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from loopjobs import Clock, Lease
from loopjobs.leases._file_lock import FileLock


@dataclass(slots=True)
class _Held:
    lease: Lease
    lock: FileLock
    until: float


class HeldLocks:
    """Keeps locks, and frees each when its lease has ended and was not given back.

    It does so on a thread of this process: while the process is stopped it does not, and nobody
    else gets the lock. Locks outlive the connections that have claimed with them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closing = False

    def hold(self, lease: Lease, lock: FileLock, until: float) -> None:
        """Keep a lock until then."""
        with self._changed:
            self._held[lease.job] = _Held(lease, lock, until)
            self._changed.notify()
            if self._thread is None:
                # A daemon: the locks of a process that ends are freed by the kernel.
                self._thread = threading.Thread(
                    target=self._serve, name="loopjobs lease locks", daemon=True
                )
                self._thread.start()

    def extend(self, lease: Lease, until: float) -> bool:
        """Keep the lock of that lease for longer; return whether it is held here."""
        with self._changed:
            held = self._held.get(lease.job)
            if held is None or held.lease != lease:
                return False
            held.until = until
            return True

    def has(self, job: str) -> bool:
        """Whether the lock on a job is held here."""
        with self._changed:
            return job in self._held

    def drop(self, job: str) -> None:
        """Free the lock on a job, whatever its lease; harmless if it is not held here."""
        with self._changed:
            held = self._held.pop(job, None)
            if held is not None:
                held.lock.free()

    def free(self, lease: Lease) -> None:
        """Free the lock of that lease; harmless if it is not held here."""
        with self._changed:
            held = self._held.get(lease.job)
            if held is not None and held.lease == lease:
                self._held.pop(lease.job).lock.free()

    def leases(self) -> Sequence[Lease]:
        """Return the leases whose locks are held."""
        with self._changed:
            return [held.lease for held in self._held.values()]

    def close(self) -> None:
        """Free all locks and end the thread."""
        with self._changed:
            while self._held:
                self._held.popitem()[1].lock.free()
            thread, self._thread = self._thread, None
            self._is_closing = True
            self._changed.notify()
        if thread is not None:
            thread.join()
        self._is_closing = False

    def _serve(self) -> None:
        with self._changed:
            while not self._is_closing:
                self._free_ended()
                until = min((held.until for held in self._held.values()), default=math.inf)
                left = until - self._clock.monotonic()
                self._changed.wait(None if left == math.inf else left)

    def _free_ended(self) -> None:
        now = self._clock.monotonic()
        for job in [job for job, held in self._held.items() if held.until <= now]:
            self._held.pop(job).lock.free()
