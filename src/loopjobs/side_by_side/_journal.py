"""Where the facts are kept until they are compared."""

import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Protocol

from loopjobs import LoopJobsError
from loopjobs.side_by_side._entries import Entry, Kind, Side


class JournalError(LoopJobsError):
    """A journal cannot be read; the message says where, and what to do."""


class Journal(Protocol):
    """Keeps entries in order; a list is one."""

    def append(self, entry: Entry, /) -> None:
        """Keep one more. May be called by several threads."""
        ...


class FileJournal:
    """A journal in a file, one JSON object a line; it is only ever added to.

    Several processes of one machine may write to one file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()

    def append(self, entry: Entry, /) -> None:
        """Write one more line.

        Raises:
            OSError: the file cannot be written.
        """
        facts = {key: value for key, value in asdict(entry).items() if value not in (None, "")}
        line = json.dumps(facts, default=datetime.isoformat) + "\n"
        # One write call a line, at the end of the file: lines of others are not torn apart.
        with self._lock, self._path.open("ab", buffering=0) as file:
            file.write(line.encode())


def read_journal(paths: Iterable[str | os.PathLike[str]]) -> list[Entry]:
    """Read the entries of these files, in the order of their times.

    A last line without its end is one that somebody is writing, and is left out.

    Raises:
        JournalError: a file cannot be read, or a line is no entry.
    """
    entries: list[Entry] = []
    for path in paths:
        entries += _read_file(Path(path))
    return sorted(entries, key=lambda entry: entry.at)


def _read_file(path: Path) -> list[Entry]:
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        what = (
            f"{path}: cannot be read: {error.strerror}. Name a file that FileJournal has written."
        )
        raise JournalError(what) from None
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(_entry(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            what = f"{path}:{number}: no entry of a journal. Name a file that FileJournal wrote."
            raise JournalError(what) from None
    return entries


def _entry(facts: Mapping[str, object]) -> Entry:
    return Entry(
        side=Side(str(facts["side"])),
        kind=Kind(str(facts["kind"])),
        job=str(facts.get("job", "")),
        at=instant_of(facts["at"]),
        what=str(facts.get("what", "")),
        due_at=_instant_or_none(facts.get("due_at")),
        started_at=_instant_or_none(facts.get("started_at")),
        seconds=None if facts.get("seconds") is None else float(str(facts["seconds"])),
        count=int(str(facts.get("count", 1))),
    )


def _instant_or_none(value: object) -> datetime | None:
    return None if value is None else instant_of(value)


def instant_of(value: object) -> datetime:
    """Read an instant; one without an offset could be anywhere.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} has no offset from UTC")
    return moment
