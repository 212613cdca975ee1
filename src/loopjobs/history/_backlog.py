"""What was heard and is not in the store yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Final, TypeAlias
from uuid import uuid4

from loopjobs import Clock, Event, RunEnded, RunRecord, RunStarted, SlotsSkipped
from loopjobs.history._rows import cursor_of
from loopjobs.history._store import Batch, Stretch
from loopjobs.history._views import SkippedSlots

LONGEST_BACKLOG: Final = 10_000
"""So many runs and stretches of skipped slots wait; beyond that the oldest are dropped."""

_Entry: TypeAlias = RunRecord | Stretch


@dataclass(frozen=True, slots=True)
class _Ear:
    """Who listens for whom."""

    clock: Clock
    replica: str
    call: Callable[[int], None]
    """Told how many entries wait, whenever one has been added."""


class Backlog:
    """A listener that keeps what it hears until it is written.

    It is told things in line, and asked by the event loop as well. Until it is opened it hears
    nothing.
    """

    is_in_line: Final = True

    def __init__(self) -> None:
        self._ear: _Ear | None = None
        self._entries: dict[str, _Entry] = {}
        self._stretches: dict[str, Stretch] = {}
        self._started: dict[str, RunStarted] = {}
        self._known_as_started: set[str] = set()
        self._names = (f"{uuid4().hex[:12]}-{number}" for number in count(1))
        self._dropped = 0

    def open(self, clock: Clock, replica: str, call: Callable[[int], None]) -> None:
        """Listen from here on.

        Args:
            clock: Tells when slots were skipped; the events do not.
            replica: This process.
            call: Told how many entries wait, whenever there is something new.
        """
        self._ear = _Ear(clock, replica, call)

    def close(self) -> None:
        """Hear nothing any more; what waits, waits."""
        self._ear = None

    @property
    def is_listening(self) -> bool:
        """Whether it is open."""
        return self._ear is not None

    def __len__(self) -> int:
        """Return how many entries wait."""
        return len(self._entries)

    @property
    def has_runs_going_on(self) -> bool:
        """Whether runs of this process have not ended."""
        return bool(self._started)

    def __call__(self, event: Event, /) -> None:
        """Take note of a run or of slots that passed without one."""
        ear = self._ear
        if ear is None:
            return
        if isinstance(event, RunStarted):
            self._started[event.run_id] = event
            self._stretches.pop(event.job, None)
        elif isinstance(event, RunEnded):
            record = event.record
            self._started.pop(record.run_id, None)
            self._known_as_started.discard(record.run_id)
            self._add(record.run_id, record)
        elif isinstance(event, SlotsSkipped):
            self._skip(event, ear)
        else:
            return
        ear.call(len(self._entries))

    def batch(self, size: int, replica: str, now: datetime, worth: timedelta) -> Batch:
        """Return what is to be written next; it goes on waiting until it is `settle`d.

        Args:
            size: How many entries at most.
            replica: This process.
            now: The present instant.
            worth: Runs that go on for longer than this are told of before they end.
        """
        entries = list(islice(self._entries.values(), size))
        old = [each for each in self._started.values() if now - each.started_at >= worth]
        known = self._known_as_started
        return Batch(
            replica=replica,
            at=now,
            ended=[each for each in entries if isinstance(each, RunRecord)],
            skipped=[each for each in entries if isinstance(each, Stretch)],
            begun=[each for each in old if each.run_id not in known],
            going_on=[each.run_id for each in old if each.run_id in known],
        )

    def settle(self, batch: Batch) -> None:
        """Let go of what is written; a stretch that has grown since waits on."""
        written: list[tuple[str, _Entry]] = [(each.run_id, each) for each in batch.ended]
        written += [(each.skip_id, each) for each in batch.skipped]
        for name, entry in written:
            if self._entries.get(name) is entry:
                del self._entries[name]
        begun = (each.run_id for each in batch.begun)
        self._known_as_started.update(each for each in begun if each in self._started)

    def going_on(self) -> frozenset[str]:
        """Return the runs of this process that have not ended."""
        return frozenset(self._started)

    def waiting_skips(self, job: str) -> Sequence[SkippedSlots]:
        """Return the skipped slots of a job that are not in the store, or not all of them."""
        stretches = [each for each in self._entries.values() if isinstance(each, Stretch)]
        return [each.slots for each in stretches if each.slots.job == job]

    def take_dropped(self) -> int:
        """Return how many entries were dropped since this was asked last."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def _skip(self, event: SlotsSkipped, ear: _Ear) -> None:
        now = ear.clock.now()
        before = self._stretches.get(event.job)
        if before is not None and before.slots.outcome is event.outcome:
            slots = replace(before.slots, count=before.slots.count + event.count, last_at=now)
            name = before.skip_id
        else:
            slots = SkippedSlots(event.job, ear.replica, event.outcome, event.count, now, now, "")
            name = next(self._names)
        stretch = Stretch(name, replace(slots, cursor=cursor_of(now, name)))
        self._stretches[event.job] = stretch
        self._add(name, stretch)

    def _add(self, name: str, entry: _Entry) -> None:
        self._entries[name] = entry
        while len(self._entries) > LONGEST_BACKLOG:
            del self._entries[next(iter(self._entries))]
            self._dropped += 1
