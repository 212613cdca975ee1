"""The loop's side, out of a history that was stored."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from loopjobs import Outcome, RunRecord
from loopjobs.side_by_side._entries import Entry, Kind, Side
from loopjobs.side_by_side._shadow import SUFFIX


class EndedRun(Protocol):
    """A run, as `loopjobs.history` tells of it."""

    @property
    def record(self) -> RunRecord:
        """What it did."""
        ...

    @property
    def ended_at(self) -> datetime:
        """When it ended."""
        ...


class PassedSlots(Protocol):
    """Slots in a row without a run, as `loopjobs.history` tells of them."""

    @property
    def job(self) -> str:
        """Whose they were."""
        ...

    @property
    def outcome(self) -> Outcome:
        """Why nothing ran."""
        ...

    @property
    def count(self) -> int:
        """How many."""
        ...

    @property
    def last_at(self) -> datetime:
        """When the last of them was noted."""
        ...


def entries_of_history(runs: Iterable[EndedRun], skipped: Iterable[PassedSlots]) -> list[Entry]:
    """Return what loops did, or their shadows would have done, as a journal tells it.

    Of a job that has a shadow it is the shadow's; its own runs were started by the old scheduler.
    """
    entries = [*map(_of_run, runs), *map(_of_slots, skipped)]
    shadowed = {each.job.removesuffix(SUFFIX) for each in entries if each.job.endswith(SUFFIX)}
    return [_renamed(each) for each in entries if each.job not in shadowed]


def _of_run(run: EndedRun) -> Entry:
    record = run.record
    return Entry(
        side=Side.LOOP,
        kind=Kind.RUN,
        job=record.job,
        at=run.ended_at,
        what=record.outcome.value,
        due_at=record.due_at,
        started_at=record.started_at,
        seconds=record.duration,
    )


def _of_slots(slots: PassedSlots) -> Entry:
    what = slots.outcome.value
    return Entry(Side.LOOP, Kind.SKIP, slots.job, slots.last_at, what, count=slots.count)


def _renamed(entry: Entry) -> Entry:
    return replace(entry, job=entry.job.removesuffix(SUFFIX))
