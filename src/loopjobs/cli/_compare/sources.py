"""What `loopjobs compare` reads: journals, stored histories, lists of runs."""

from collections.abc import Iterable
from pathlib import Path

from loopjobs.cli._mistakes import CommandError
from loopjobs.history import HistoryUnavailableError, read_history
from loopjobs.places import has_password
from loopjobs.side_by_side import (
    Entry,
    JournalError,
    entries_of_history,
    read_journal,
    read_old_history,
)


def read_sources(sources: Iterable[str]) -> list[Entry]:
    """Return the facts of all of them, in the order of their times.

    Raises:
        CommandError: one of them cannot be read.
    """
    entries: list[Entry] = []
    try:
        for source in sources:
            entries += _read(source)
    except JournalError as error:
        raise CommandError(str(error)) from None
    return sorted(entries, key=lambda entry: entry.at)


def _read(source: str) -> list[Entry]:
    if "://" in source:
        return _read_history(source)
    path = Path(source)
    return read_old_history(path) if path.suffix.casefold() == ".csv" else read_journal([path])


def _read_history(url: str) -> list[Entry]:
    if has_password(url):
        raise CommandError(
            "the URL has a password, which every user of the machine can see. Leave it out, and "
            "give it as PGPASSWORD or in ~/.pgpass."
        )
    try:
        history = read_history(url)
    except ValueError as error:
        raise CommandError(f"the URL of the history {error}.") from None
    except HistoryUnavailableError as error:
        raise CommandError(f"the history cannot be read: {error}.") from None
    return entries_of_history(history.runs, history.skipped)
