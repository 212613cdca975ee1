"""What the replicas have done, one line each in a file that all of them append to.

A line is one write: it is whole although the process is killed, it holds up nobody although the
process is frozen, and it is there although the database is not.
"""

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from loopjobs import Clock

_FILE_MODE: Final = 0o600


class Deed(StrEnum):
    """What was done."""

    READY = "ready"
    ASKED = "asked"
    """A connection was used for the first time; by it a replica was in touch with the store."""
    GRANTED = "granted"
    RENEWED = "renewed"
    GIVEN_BACK = "given back"
    """A grant of which nothing was made: whoever had it was asked to end."""
    STARTED = "started"
    STEPPED = "stepped"
    ABOUT_TO_WRITE = "about to write"
    FENCED = "fenced"
    WROTE = "wrote"
    REFUSED = "refused"
    """A write that was not made: the fence, or the server, did not let it pass."""
    CANCELLED = "cancelled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    at: float
    """By the monotonic clock of the machine, whatever clock the replica goes by."""
    replica: str
    deed: Deed
    token: int = 0
    earliest: float = 0.0
    """Of a grant: the slot was due then ..."""
    latest: float = 0.0
    """... or later, until then: the store said how long ago, at some moment of the call."""
    holder: str = ""
    """Of a replica that asks: the name by which it does."""


class Journal:
    """Appends what one replica does, and reads what all have done.

    Args:
        file: Shared by all replicas of a fault.
        clock: The clock of the machine.
        replica: Who writes.
    """

    def __init__(self, file: Path, clock: Clock, replica: str = "") -> None:
        self._clock = clock
        self._replica = replica
        flags = os.O_CREAT | os.O_APPEND | os.O_RDWR
        self._descriptor = os.open(file, flags, _FILE_MODE)
        self._offset = 0
        self._entries: list[Entry] = []

    def become(self, replica: str) -> None:
        """Write in another name from here on: that of a process which was forked."""
        self._replica = replica

    def note(
        self,
        deed: Deed,
        token: int = 0,
        earliest: float = 0.0,
        latest: float = 0.0,
        holder: str = "",
    ) -> None:
        """Append a line."""
        entry = Entry(self._clock.monotonic(), self._replica, deed, token, earliest, latest, holder)
        os.write(self._descriptor, json.dumps(asdict(entry)).encode() + b"\n")

    def entries(self) -> list[Entry]:
        """Return all lines so far."""
        while data := os.pread(self._descriptor, 1 << 20, self._offset):
            whole = data.rpartition(b"\n")[0]
            self._offset += len(whole) + 1 if whole else 0
            self._entries += [_entry(line) for line in whole.splitlines()]
            if not whole:
                break
        return self._entries

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _entry(line: bytes) -> Entry:
    read = json.loads(line)
    return Entry(**{**read, "deed": Deed(read["deed"])})
