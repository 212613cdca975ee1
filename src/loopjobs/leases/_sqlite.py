"""Leases in SQLite with file locks: for the processes of one machine."""

import math
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Lease,
    LeaseEnd,
    LeaseUnavailableError,
)
from loopjobs.leases._file_lock import FileLock
from loopjobs.leases._held_locks import HeldLocks
from loopjobs.leases._machine import Machine, network_of
from loopjobs.leases._row import LeaseRow
from loopjobs.leases._sqlite_fence import SqliteFence
from loopjobs.leases._sqlite_rows import SqliteRows

_LOOK_AGAIN: Final = 1 / 15
"""The share of a lease after which to look again whether a lock that outlasts its lease is free."""


class SqliteLeases:
    """A `LeaseStoreSource`: a row for each job, and a file for each that its holder has locked.

    The lock decides: if it is free, the lease is over, for its holder is gone; as long as it is
    not, nobody else gets the slot. The row has what must be remembered.

    Args:
        file: The database.
        namespace: Jobs of one name are the same job only within it.
        machine: Gives the time.
    """

    def __init__(self, file: Path, namespace: str, machine: Machine) -> None:
        self._file = file.absolute()
        self._namespace = namespace
        self._machine = machine
        self.fence = SqliteFence(namespace)
        self._locks = HeldLocks(machine.clock)
        self._connections = 0
        self._counting = threading.Lock()

    def connect(self, timeout: float) -> "SqliteLeaseStore":
        """Open the database.

        Raises:
            LeaseUnavailableError: it cannot be opened, or is on a file system of a network.
        """
        network = network_of(self._file.parent)
        if network is not None:
            raise LeaseUnavailableError(
                f"{self._file} is on {network}: leases in SQLite need a disk of this machine"
            )
        rows = SqliteRows(self._file, self._namespace, self._machine, timeout)
        with self._counting:
            self._connections += 1
        return SqliteLeaseStore(self, rows, self._locks)

    def lock_file(self, job: str) -> Path:
        """Return the file whose lock the holder of a job has."""
        digest = sha256(f"{self._namespace}\0{job}".encode()).hexdigest()[:16]
        return self._file.with_name(f"{self._file.name}.{digest}.lock")

    def leave(self, rows: SqliteRows) -> None:
        """Note that a connection is closed; with the last one the locks are given back.

        After a failure they are not: the next connection goes on with them.
        """
        with self._counting:
            self._connections -= 1
            leases = self._locks.leases()
            if self._connections or (leases and rows.has_failed):
                return
        with suppress(LeaseUnavailableError):
            _unlock(rows, leases)
            self._locks.close()


class SqliteLeaseStore:
    """One connection."""

    def __init__(self, source: SqliteLeases, rows: SqliteRows, locks: HeldLocks) -> None:
        self._source = source
        self._rows = rows
        self._locks = locks

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim the slot that is due."""
        with ExitStack() as undo:
            with self._rows.changing() as now:
                answer = self._claim(request, now, undo)
            undo.pop_all()
        return answer

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Let leases hold anew; return those that still held."""
        with self._rows.changing() as now:
            return [lease for lease in leases if self._renew(lease, now)]

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back, and its lock before anybody else can ask for it."""
        with self._rows.changing() as now:
            row = self._rows.read(lease.job, now)
            if row is not None and row.is_held_by(lease):
                row.finish(end, now)
                self._rows.write(lease.job, row, now)
            self._locks.free(lease)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job for all processes."""
        with self._rows.changing() as now:
            row = self._rows.read(job, now) or LeaseRow(now)
            row.is_paused = is_paused
            self._rows.write(job, row, now)

    def close(self) -> None:
        """Close the connection."""
        self._source.leave(self._rows)
        self._rows.close()

    def _claim(self, request: ClaimRequest, now: float, undo: ExitStack) -> ClaimAnswer:
        row = self._rows.read(request.job, now) or LeaseRow(now)
        is_wanted = request.is_by_hand or (row.is_due(request, now) and not row.is_paused)
        if self._locks.has(request.job):
            # A lease of this very process: it goes by time.
            left = max(0.0, row.lease_until - now) or None
            if row.is_taken(request, now) or not is_wanted:
                return row.declined(request, now, left)
            self._locks.drop(request.job)
        lock = FileLock.take(self._source.lock_file(request.job))
        if lock is None:
            return row.declined(
                request, now, max(row.lease_until - now, request.seconds * _LOOK_AGAIN)
            )
        if row.is_locked:
            # It is free, so its holder is gone.
            row.lease_until = -math.inf
        if row.is_taken(request, now) or not is_wanted:
            lock.free()
            return row.declined(request, now, max(0.0, row.lease_until - now) or None)
        row.is_locked = True
        answer = row.grant(request, now, self._rows.lowest_token())
        self._locks.hold(answer.lease, lock, row.lease_until)
        # What could not be kept was not granted.
        undo.callback(self._locks.free, answer.lease)
        self._rows.write(request.job, row, now)
        return answer

    def _renew(self, lease: Lease, now: float) -> bool:
        row = self._rows.read(lease.job, now)
        if row is None or not row.is_held_by(lease) or row.lease_until <= now:
            return False
        until = now + lease.seconds
        if row.is_locked and not self._locks.extend(lease, until):
            return False
        row.lease_until, row.lease_seconds = until, lease.seconds
        self._rows.write(lease.job, row, now)
        return True


def _unlock(rows: SqliteRows, leases: Sequence[Lease]) -> None:
    """Let leases go on without their locks: they end when their time is over, not at once."""
    if not leases:
        return
    with rows.changing() as now:
        for lease in leases:
            row = rows.read(lease.job, now)
            if row is not None and row.is_held_by(lease):
                row.is_locked = False
                rows.write(lease.job, row, now)
