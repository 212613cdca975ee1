"""From facts to rows of the store, and back."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from loopjobs import Outcome, RunRecord, RunStarted
from loopjobs.history._connection import Row, Values
from loopjobs.history._store import Position, RunInStore, Stretch
from loopjobs.history._views import SkippedSlots, StoredRun

_LONGEST_ERROR: Final = 4_000
_LONGEST_TRACEBACK: Final = 32_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def end_of(record: RunRecord) -> datetime:
    """Return when the run ended; the same whoever asks, for lists are sorted by it."""
    return (record.started_at or record.due_at) + timedelta(seconds=record.duration)


def cursor_of(at: datetime, name: str) -> str:
    """Write a position down, with nothing in it that a URL would not take."""
    return f"{(at - _EPOCH) // _MICROSECOND}-{name}"


def position_of(cursor: str) -> Position:
    """Read a position.

    Raises:
        ValueError: it is none.
    """
    number, _, name = cursor.partition("-")
    try:
        return Position(_EPOCH + int(number) * _MICROSECOND, name)
    except (ValueError, OverflowError):
        raise ValueError(f"{cursor[:80]!r} is no cursor of the history") from None


def instant(at: datetime) -> str:
    """Write an instant so that texts sort as instants do; PostgreSQL reads it as well."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")


def stored_run(record: RunRecord, replica: str) -> StoredRun:
    """Return the run as the history tells it."""
    ended_at = end_of(record)
    return StoredRun(record, replica, ended_at, cursor_of(ended_at, record.run_id))


def is_plain(record: RunRecord) -> bool:
    """Return whether there is no more to say of a run than `row_of_plain_run` does."""
    return (
        record.error is None
        and record.traceback is None
        and record.reported is None
        and record.fencing_token is None
    )


def row_of_plain_run(record: RunRecord, replica: str) -> Values:
    """Return the row of a run that has ended, in the order of its statement, as all rows here."""
    started_at = record.started_at
    return (
        record.run_id,
        _text(record.job),
        replica,
        record.outcome.value,
        instant(record.due_at),
        None if started_at is None else instant(started_at),
        instant(end_of(record)),
        record.duration,
    )


def row_of_run(record: RunRecord, replica: str, *, presumed: bool = False) -> Values:
    """Return the row of a run that has ended, whatever there is to say of it."""
    error, traceback, reported = record.error, record.traceback, record.reported
    return (
        *row_of_plain_run(record, replica),
        None if error is None else _text(error)[:_LONGEST_ERROR],
        # The innermost calls come last.
        None if traceback is None else _text(traceback)[-_LONGEST_TRACEBACK:],
        None if reported is None else _json(reported),
        record.fencing_token,
        presumed,
    )


def run_of_row(row: Row) -> StoredRun:
    """Return the run of a row; its columns are those of `row_of_run` without the last."""
    (run_id, job, replica, outcome, due_at, started_at, ended_at, duration, *texts) = row
    error, traceback, reported, fencing_token = texts
    at = _instant_of(ended_at)
    record = RunRecord(
        run_id=str(run_id),
        job=str(job),
        outcome=Outcome(str(outcome)),
        due_at=_instant_of(due_at),
        started_at=None if started_at is None else _instant_of(started_at),
        duration=float(str(duration)),
        error=None if error is None else str(error),
        traceback=None if traceback is None else str(traceback),
        reported=None if reported is None else _counters(str(reported)),
        fencing_token=None if fencing_token is None else int(str(fencing_token)),
    )
    return StoredRun(record, str(replica), at, cursor_of(at, record.run_id))


def row_of_start(event: RunStarted, replica: str, seen_at: datetime) -> Values:
    """Return the row of a run that goes on."""
    return (
        event.run_id,
        _text(event.job),
        replica,
        instant(event.due_at),
        instant(event.started_at),
        instant(seen_at),
    )


def start_of_row(row: Row) -> RunInStore:
    """Return the run of a row; its columns are those of `row_of_start`."""
    run_id, job, replica, *instants = row
    due_at, started_at, seen_at = map(_instant_of, instants)
    return RunInStore(str(run_id), str(job), str(replica), due_at, started_at, seen_at)


def row_of_stretch(stretch: Stretch) -> Values:
    """Return the row of skipped slots."""
    slots = stretch.slots
    return (
        stretch.skip_id,
        _text(slots.job),
        slots.replica,
        slots.outcome.value,
        slots.count,
        instant(slots.first_at),
        instant(slots.last_at),
    )


def slots_of_row(row: Row) -> SkippedSlots:
    """Return the skipped slots of a row; its columns are those of `row_of_stretch`."""
    skip_id, job, replica, outcome, slots, first_at, last_at = row
    at = _instant_of(last_at)
    return SkippedSlots(
        job=str(job),
        replica=str(replica),
        outcome=Outcome(str(outcome)),
        count=int(str(slots)),
        first_at=_instant_of(first_at),
        last_at=at,
        cursor=cursor_of(at, str(skip_id)),
    )


def _instant_of(value: object) -> datetime:
    # PostgreSQL's driver has made an instant of it, in whatever zone the session is.
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at.astimezone(UTC)


def _text(text: str) -> str:
    """Replace what no database takes: halves of surrogate pairs, and the character zero."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _json(counters: Mapping[str, float]) -> str:
    # JSON has no infinity; as a text `float` reads it back.
    written = {
        _text(name): number if math.isfinite(number) else str(number)
        for name, number in counters.items()
    }
    return json.dumps(written)


def _counters(text: str) -> dict[str, float]:
    read: dict[str, float | str] = json.loads(text)
    return {name: float(value) if isinstance(value, str) else value for name, value in read.items()}
