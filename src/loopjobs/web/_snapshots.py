"""What all watchers are shown: read at most once a second, and only while somebody asks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from loopjobs import Clock
from loopjobs.web._json import json_text
from loopjobs.web._views import JobRow, OverviewView

FRESH_SECONDS: Final = 1.0
_ROUNDING: Final = 1e-6
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An overview as JSON."""

    number: int
    """Grows with every change that is worth telling."""
    text: str


class Snapshots:
    """Shares one reading among all who watch."""

    def __init__(self, read: Callable[[], OverviewView], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._read_at: float | None = None
        self._facts: OverviewView | None = None
        self._snapshot = Snapshot(0, "")

    def latest(self) -> Snapshot:
        """Return the last reading, or a new one if that is a second old."""
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= FRESH_SECONDS - _ROUNDING:
            self._read_at = now
            self._take(self._read())
        return self._snapshot

    def _take(self, view: OverviewView) -> None:
        facts = _without_time(view)
        if facts != self._facts:
            self._facts = facts
            self._snapshot = Snapshot(self._snapshot.number + 1, json_text(view))


def _without_time(view: OverviewView) -> OverviewView:
    """Leave out what changes by the mere passing of time: who watches can count by themselves."""
    jobs = [_row_without_time(row) for row in view.jobs]
    return replace(view, now=_NEVER, jobs=jobs)


def _row_without_time(row: JobRow) -> JobRow:
    running_for = None if row.running_for is None else 0.0
    return replace(row, reason="", last_success_age=None, running_for=running_for)
