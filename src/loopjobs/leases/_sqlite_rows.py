"""The rows of the leases in a database of SQLite."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from loopjobs import LeaseUnavailableError, Outcome
from loopjobs.leases._machine import Machine
from loopjobs.leases._row import LeaseRow

_OWNER_ONLY: Final = 0o600

_FIND_TABLE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'loopjobs_leases'"
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS loopjobs_leases (
  namespace TEXT NOT NULL, job TEXT NOT NULL,
  boot TEXT NOT NULL,     -- moments are seconds since that boot of the machine ...
  written REAL NOT NULL,  -- ... when the row was written ...
  written_at REAL NOT NULL, -- ... and the same by the wall clock, for the time after the next boot
  grid_due REAL NOT NULL, interval REAL NOT NULL, asked_due REAL, asked_in REAL NOT NULL,
  token INTEGER NOT NULL, holder TEXT, lease_until REAL NOT NULL, lease_seconds REAL NOT NULL,
  is_locked INTEGER NOT NULL, is_paused INTEGER NOT NULL, last_success REAL,
  last_outcome TEXT, last_error TEXT, failures INTEGER NOT NULL,
  PRIMARY KEY (namespace, job)
) WITHOUT ROWID
"""
_READ: Final = """
SELECT boot, written, written_at, grid_due, interval, asked_due, asked_in, token, holder,
  lease_until, lease_seconds, is_locked, is_paused, last_success, last_outcome, last_error,
  failures
FROM loopjobs_leases WHERE namespace = ? AND job = ?
"""
_WRITE: Final = """
INSERT OR REPLACE INTO loopjobs_leases (
  namespace, job, boot, written, written_at, grid_due, interval, asked_due, asked_in, token,
  holder, lease_until, lease_seconds, is_locked, is_paused, last_success, last_outcome, last_error,
  failures
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class SqliteRows:
    """One connection; used by one thread at a time.

    Args:
        file: The database.
        namespace: Rows of other namespaces are not seen.
        machine: Gives the time.
        timeout: Seconds to wait for other processes.

    Raises:
        LeaseUnavailableError: it cannot be opened.
    """

    def __init__(self, file: Path, namespace: str, machine: Machine, timeout: float) -> None:
        self._file = file
        self._namespace = namespace
        self._machine = machine
        self.has_failed = False
        """Whether a transaction came to nothing."""
        with self._telling():
            _create(file)
            self._connection = sqlite3.connect(
                file, timeout=timeout, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def changing(self) -> Iterator[float]:
        """Have the database for oneself until the end of the block; gives the present moment.

        Raises:
            LeaseUnavailableError: others do not let go of it in time, or it cannot be written.
        """
        with self._telling():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._machine.clock.monotonic()
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.rollback()

    def read(self, job: str, now: float) -> LeaseRow | None:
        """Return the row of a job, on the clock of this boot.

        Raises:
            LeaseUnavailableError: it has something in it that no process of ours has written.
        """
        found = self._connection.execute(_READ, (self._namespace, job)).fetchone()
        if found is None:
            return None
        boot, written, written_at, *columns = found
        try:
            row, written, written_at = _row(columns), float(written), float(written_at)
        except (TypeError, ValueError) as error:
            what = f"{self._file}: the row of {job} cannot be read: {error}"
            raise LeaseUnavailableError(what) from error
        if boot != self._machine.boot:
            # Only the wall clock knows how long the machine was off; it may be set, so the next
            # slot is neither in the past nor further away than it was.
            off = min(max(self._wall() - written_at, 0.0), max(row.next_due - written, 0.0))
            row.shift(now - written - off)
        return row

    def write(self, job: str, row: LeaseRow, now: float) -> None:
        """Keep the row of a job."""
        outcome = None if row.last_outcome is None else row.last_outcome.value
        columns = (
            row.grid_due, row.interval, row.asked_due, row.asked_in, row.token, row.holder,
            row.lease_until, row.lease_seconds, row.is_locked, row.is_paused, row.last_success,
            outcome, row.last_error, row.failures,
        )  # fmt: skip
        when = (self._machine.boot, now, self._wall())
        self._connection.execute(_WRITE, (self._namespace, job, *when, *columns))

    def lowest_token(self) -> int:
        """Return a token that is higher than those of a database that was lost."""
        return int(self._wall() * 1_000_000)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _wall(self) -> float:
        return self._machine.clock.now().timestamp()

    def _prepare(self) -> None:
        with self._telling():
            self._connection.execute("PRAGMA journal_mode=WAL")
            # A token that was handed out must not be forgotten when the power fails.
            self._connection.execute("PRAGMA synchronous=FULL")
            is_there = self._connection.execute(_FIND_TABLE).fetchone()
        if not is_there:
            with self.changing():
                self._connection.execute(_TABLE)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self.has_failed = True
            raise LeaseUnavailableError(f"{self._file}: {error}") from error


def _row(columns: Sequence[Any]) -> LeaseRow:
    (
        grid_due, interval, asked_due, asked_in, token, holder, lease_until, lease_seconds,
        is_locked, is_paused, last_success, outcome, last_error,
        failures,
    ) = columns  # fmt: skip
    return LeaseRow(
        float(grid_due), float(interval), _float(asked_due), float(asked_in), int(token), holder,
        float(lease_until), float(lease_seconds), bool(is_locked), bool(is_paused),
        _float(last_success), None if outcome is None else Outcome(outcome), last_error,
        int(failures),
    )  # fmt: skip


def _float(number: Any) -> float | None:  # noqa: ANN401 - whatever somebody has put there
    return None if number is None else float(number)


def _create(file: Path) -> None:
    """Create a file for its owner only.

    One that is there is not even opened: closing it would end the locks of this process on it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY))
