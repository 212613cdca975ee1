"""The store in SQL; what SQLite and PostgreSQL differ in is in their connections."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from loopjobs import Outcome, RunRecord
from loopjobs.history import _statements as sql
from loopjobs.history._connection import Connection, Session, Value, Values
from loopjobs.history._errors import HistoryUnavailableError, RowRefusedError
from loopjobs.history._rows import (
    instant,
    is_plain,
    row_of_plain_run,
    row_of_run,
    row_of_start,
    row_of_stretch,
    run_of_row,
    slots_of_row,
    start_of_row,
)
from loopjobs.history._schema import bring_up_to_date
from loopjobs.history._store import Batch, Position, RunInStore
from loopjobs.history._views import SkippedSlots, StoredRun

_LOST: Final = (
    "ProcessLost: its process {replica} was last heard of at {seen_at:%Y-%m-%d %H:%M:%S} UTC;"
    " how the run ended is not known"
)


class SqlStore:
    """A `HistoryStore` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_up_to_date = False

    @property
    def place(self) -> str:
        """Where it is, as it may be logged."""
        return self._connection.place

    def write(self, batch: Batch) -> None:
        """Keep all of a batch, or nothing."""
        seen = [(instant(batch.at), each) for each in batch.going_on]
        plain = [each for each in batch.ended if is_plain(each)]
        others = [each for each in batch.ended if not is_plain(each)]
        try:
            starts = [row_of_start(each, batch.replica, batch.at) for each in batch.begun]
            plain_ends = [row_of_plain_run(each, batch.replica) for each in plain]
            ends = [row_of_run(each, batch.replica) for each in others]
            skips = [row_of_stretch(each) for each in batch.skipped]
        except (ArithmeticError, TypeError, ValueError) as error:
            raise RowRefusedError(f"{type(error).__name__}: {error}") from error
        with self._writing() as session:
            _each(session, sql.INSERT_START, starts)
            _each(session, sql.TOUCH_START, seen)
            _each(session, sql.INSERT_ENDED_PLAIN_RUN, plain_ends)
            _each(session, sql.INSERT_ENDED_RUN, ends)
            _forget_starts(session, [each.run_id for each in batch.ended])
            _each(session, sql.INSERT_SKIP, skips)

    def latest(self, job: str, limit: int, before: Position | None) -> Sequence[StoredRun]:
        """Return the last runs of a job, newest first."""
        query = sql.LATEST_RUNS if before is None else sql.RUNS_BEFORE
        with self._reading() as session:
            rows = session.rows(query, job=job, limit=limit, **_bounds(before))
        return [run_of_row(row) for row in rows]

    def skipped(self, job: str, limit: int, before: Position | None) -> Sequence[SkippedSlots]:
        """Return the last skipped slots of a job, newest first."""
        query = sql.LATEST_SKIPS if before is None else sql.SKIPS_BEFORE
        with self._reading() as session:
            rows = session.rows(query, job=job, limit=limit, **_bounds(before))
        return [slots_of_row(row) for row in rows]

    def in_progress(self) -> Sequence[RunInStore]:
        """Return the runs of all processes whose end is not known."""
        with self._reading() as session:
            return [start_of_row(row) for row in session.rows(sql.IN_PROGRESS)]

    def give_up(self, runs: Sequence[RunInStore]) -> None:
        """Enter runs as abandoned; the real end takes its place should it come after all."""
        ends = [row_of_run(_lost(each), each.replica, presumed=True) for each in runs]
        with self._writing() as session:
            _each(session, sql.INSERT_PRESUMED_RUN, ends)
            _forget_starts(session, [each.run_id for each in runs])

    def jobs(self) -> Sequence[str]:
        """Return the names of all jobs that something is known about."""
        with self._reading() as session:
            return sorted(str(job) for (job,) in session.rows(sql.JOBS))

    def delete_old_runs(self, outcome: Outcome, before: datetime, limit: int) -> int:
        """Delete the oldest runs of one outcome; return how many."""
        at = instant(before)
        return self._delete(sql.DELETE_OLD_RUNS, outcome=outcome.value, before=at, limit=limit)

    def delete_old_skips(self, before: datetime, limit: int) -> int:
        """Delete the oldest skipped slots; return how many stretches."""
        return self._delete(sql.DELETE_OLD_SKIPS, before=instant(before), limit=limit)

    def delete_surplus_runs(self, job: str, keep: int, limit: int, *, failures: bool) -> int:
        """Delete runs of a job, failures or the others, beyond the newest; return how many."""
        return self._delete(
            sql.DELETE_SURPLUS_RUNS, job=job, keep=keep, limit=limit, failures=failures
        )

    def delete_surplus_skips(self, job: str, keep: int, limit: int) -> int:
        """Delete skipped slots of a job beyond the newest; return how many stretches."""
        return self._delete(sql.DELETE_SURPLUS_SKIPS, job=job, keep=keep, limit=limit)

    def close(self) -> None:
        """Let go of the connection; the next verb opens another one."""
        self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._prepared(), self._connection.reading() as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._prepared(), self._connection.writing() as session:
            yield session

    @contextmanager
    def _prepared(self) -> Iterator[None]:
        try:
            if not self._is_up_to_date:
                bring_up_to_date(self._connection)
                self._is_up_to_date = True
            yield
        except HistoryUnavailableError:
            # Whatever comes back may be an older copy, or an empty database.
            self._is_up_to_date = False
            raise

    def _delete(self, statement: str, **parameters: Value) -> int:
        with self._writing() as session:
            if not self._connection.may_clean(session):
                return 0
            return session.change(statement, **parameters)


def _each(session: Session, statement: str, rows: Sequence[Values]) -> None:
    if rows:
        session.change_each(statement, rows)


def _forget_starts(session: Session, ended: Sequence[str]) -> None:
    if not ended:
        return
    # Only runs that went on for long have such a row, which is few of very many.
    known = {run_id for (run_id,) in session.rows(sql.STARTS)}
    _each(session, sql.FORGET_START, [(each,) for each in ended if each in known])


def _bounds(before: Position | None) -> dict[str, str]:
    return {} if before is None else {"at": instant(before.at), "name": before.name}


def _lost(run: RunInStore) -> RunRecord:
    return RunRecord(
        run_id=run.run_id,
        job=run.job,
        outcome=Outcome.ABANDONED,
        due_at=run.due_at,
        started_at=run.started_at,
        duration=max(0.0, (run.seen_at - run.started_at).total_seconds()),
        error=_LOST.format(replica=run.replica, seen_at=run.seen_at),
    )
