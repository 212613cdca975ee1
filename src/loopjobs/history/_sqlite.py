"""All that is particular to SQLite."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

from loopjobs.history._connection import Row, Session, Value, Values
from loopjobs.history._errors import HistoryUnavailableError, RowRefusedError
from loopjobs.places import SqlitePlace

_OWNER_ONLY: Final = 0o600
_PAGES_IN_WAL: Final = 4_000
"""That is 16 MB; with SQLite's own 1,000 most commits of a busy host would be a checkpoint."""
_REFUSALS: Final = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    OverflowError,
)


class SqliteConnection:
    """SQLite in WAL mode. A transaction takes the write lock first and is short."""

    types: Mapping[str, str] = {
        "name": "TEXT",
        "instant": "TEXT",
        "number": "REAL",
        "json": "TEXT",
    }
    find_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name"

    def __init__(
        self, place: SqlitePlace, busy_timeout: float, *, only_to_read: bool = False
    ) -> None:
        self.place = place.shown
        self._file = place
        self._only_to_read = only_to_read
        self._busy_timeout = busy_timeout
        self._connection: sqlite3.Connection | None = None
        self._opened: os.stat_result | None = None

    def reading(self) -> AbstractContextManager[Session]:
        """Begin to read one moment, which blocks nobody."""
        return self._transaction("BEGIN")

    def writing(self) -> AbstractContextManager[Session]:
        """Begin with the write lock: one that reads first could be refused it at once."""
        return self._transaction("BEGIN IMMEDIATE")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Session]:
        try:
            connection = self._connection or self._open()
            self._check_file()
            connection.execute(begin)
            try:
                yield _SqliteSession(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        except _REFUSALS as error:
            raise RowRefusedError(f"{type(error).__name__}: {error}") from error
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise HistoryUnavailableError(f"{self.place}: {error}") from error

    def take_turn(self, session: Session) -> None:
        """Do nothing: a transaction has the database to itself."""

    def may_clean(self, session: Session) -> bool:  # noqa: ARG002 - only PostgreSQL has to ask
        """Return yes, for the same reason."""
        return True

    def close(self) -> None:
        """Close it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._name(), timeout=self._busy_timeout, isolation_level=None, uri=self._is_uri
        )
        try:
            if self._only_to_read:
                connection.execute("PRAGMA query_only=ON")
            else:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                # Rows of many jobs touch many pages, and the same ones again in the next batch.
                connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_IN_WAL}")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self._opened = None if self._file.is_uri else Path(self._file.file).stat()
        return connection

    @property
    def _is_uri(self) -> bool:
        return self._file.is_uri or self._only_to_read

    def _name(self) -> str:
        file = Path(self._file.file)
        if self._file.is_uri:
            return self._file.file
        if not self._only_to_read:
            _create(file)
            return self._file.file
        if not file.is_file():
            raise FileNotFoundError("there is no such file")
        # Not `mode=ro`: that would leave the files of a WAL behind, which it may not remove.
        return f"{file.absolute().as_uri()}?mode=rw"

    def _check_file(self) -> None:
        """Notice that somebody has deleted the file, which would go on taking rows unseen."""
        if self._opened is None:
            return
        file = Path(self._file.file)
        if not file.exists() or not os.path.samestat(file.stat(), self._opened):
            self.close()
            raise HistoryUnavailableError(f"{self.place}: the file was deleted or replaced")


def _create(file: Path) -> None:
    """Create a file for its owner only: errors and tracebacks are not for everybody.

    One that is there is not even opened: closing it would end the locks of this process on it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, _OWNER_ONLY))


class _SqliteSession:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, **parameters: Value) -> Sequence[Row]:
        return self._connection.execute(statement, parameters).fetchall()

    def change(self, statement: str, **parameters: Value) -> int:
        return self._connection.execute(statement, parameters).rowcount

    def change_each(self, statement: str, rows: Sequence[Values]) -> None:
        self._connection.executemany(statement, rows)
