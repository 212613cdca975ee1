"""The old scheduler's side, out of a list of its runs: that of Quartz or Hangfire, say."""

import csv
import io
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from loopjobs.side_by_side._entries import Entry, Kind, Side
from loopjobs.side_by_side._journal import JournalError, instant_of

_SUCCEEDED: Final = "succeeded"


def read_old_history(path: str | os.PathLike[str]) -> list[Entry]:
    """Read runs from lines under a line of names: `job,due_at,started_at,ended_at,outcome`.

    A job is called as it is here. Instants are ISO 8601 with an offset or `Z`. One of `due_at` and
    `started_at` is enough; `ended_at` and `outcome` may be left out.

    Raises:
        JournalError: the file cannot be read, or a line is no run.
    """
    where = Path(path)
    try:
        text = where.read_text("utf-8-sig")
    except OSError as error:
        raise JournalError(f"{where}: cannot be read: {error.strerror}. Name a CSV file.") from None
    except UnicodeDecodeError:
        raise JournalError(f"{where}: is not UTF-8. Save it as UTF-8.") from None
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    entries = []
    try:
        for row in rows:
            named = {str(name).strip().casefold(): value for name, value in row.items()}
            entries.append(_entry(named))
    except (ValueError, LookupError, AttributeError, csv.Error) as error:
        what = f"{where}:{rows.line_num}: no run: {error}. {_FORM}"
        raise JournalError(what) from None
    return entries


_FORM: Final = (
    "Begin with a line job,due_at,started_at,ended_at,outcome, and write instants as in "
    "2026-01-31T03:00:00Z."
)


def _entry(row: Mapping[str, str | None]) -> Entry:
    job = row.get("job")
    due, started, ended = (_instant(row, name) for name in ("due_at", "started_at", "ended_at"))
    moment = due or started
    if not job or moment is None:
        raise ValueError("it has no job, or neither due_at nor started_at")
    return Entry(
        side=Side.OLD,
        kind=Kind.RUN,
        job=job.strip(),
        at=ended or started or moment,
        what=row.get("outcome") or _SUCCEEDED,
        due_at=moment,
        started_at=started,
        seconds=(ended - started).total_seconds() if ended and started else None,
    )


def _instant(row: Mapping[str, str | None], name: str) -> datetime | None:
    text = (row.get(name) or "").strip()
    return instant_of(text) if text else None
