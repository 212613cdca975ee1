"""Why a run of the one side has no counterpart on the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from loopjobs import Outcome
from loopjobs.side_by_side._entries import Entry, Kind
from loopjobs.side_by_side._handover import DISABLED, OWNED_BY_LOOP, PAUSED
from loopjobs.side_by_side._old_runs import MAX_INSTANCES, MISFIRE


class Why(StrEnum):
    """Why the other side did not run at that time."""

    OVERRUN = "overrun"
    """Its last run was still going."""
    MISFIRE = "misfire"
    """It came too late to look: a stall, or more than APScheduler's `misfire_grace_time`."""
    COALESCE = "coalesce"
    """APScheduler came late and ran once for several times that had passed."""
    PAUSE = "pause"
    """The job was paused, or disabled."""
    BACK_OFF = "back_off"
    """The loop waited longer after failures."""
    ELSEWHERE = "elsewhere"
    """Another replica had it, or the lease store gave no answer."""
    OWNED_BY_LOOP = "owned_by_loop"
    """`StartedBy` said that the loop starts the job, and APScheduler's call did nothing."""
    NOT_RUNNING = "not_running"
    """The other scheduler was paused or not started."""
    PACE = "pace"
    """Nothing was due there: its times are other ones."""


_OF_SKIPS: Final = {
    Outcome.SKIPPED_RUNNING.value: Why.OVERRUN,
    Outcome.SKIPPED_PAUSED.value: Why.PAUSE,
    Outcome.SKIPPED_BACKOFF.value: Why.BACK_OFF,
    Outcome.SKIPPED_ELSEWHERE.value: Why.ELSEWHERE,
    Outcome.SKIPPED_LEASE_UNAVAILABLE.value: Why.ELSEWHERE,
    Outcome.MISSED.value: Why.MISFIRE,
    MAX_INSTANCES: Why.OVERRUN,
    MISFIRE: Why.MISFIRE,
    OWNED_BY_LOOP: Why.OWNED_BY_LOOP,
    DISABLED: Why.PAUSE,
    PAUSED: Why.PAUSE,
}


class Reasons:
    """Looks for what the other side noted about the time of a run.

    Args:
        old: The entries of the old side.
        loop: Those of the loop.
        phase: Seconds by which the loop is behind.
        tolerance: How many seconds apart two moments may be that are the same.
    """

    def __init__(
        self, old: Sequence[Entry], loop: Sequence[Entry], phase: float, tolerance: float
    ) -> None:
        self._old = _Side(old, timedelta(seconds=tolerance))
        self._loop = _Side(loop, timedelta(seconds=tolerance))
        self._phase = timedelta(seconds=phase)

    def of_old(self, run: Entry) -> Why:
        """Say why the loop did not run when APScheduler did."""
        moment = run.moment + self._phase
        return self._loop.why_not(self._loop.skip_that_spans(moment), moment)

    def of_loop(self, run: Entry) -> Why:
        """Say why APScheduler did not run when the loop did."""
        moment = run.moment - self._phase
        why = self._old.why_not(self._old.skip_near(moment), moment)
        return Why.COALESCE if why is Why.PACE and self._old.came_late_after(moment) else why


class _Side:
    """What one side noted, in the order of its moments."""

    def __init__(self, entries: Sequence[Entry], tolerance: timedelta) -> None:
        self._entries = sorted(entries, key=_moment)
        self._skips = [each for each in self._entries if each.kind is Kind.SKIP]
        self._states = [each for each in self._entries if each.kind in (Kind.BEGIN, Kind.END)]
        self._tolerance = tolerance

    def why_not(self, skip: Entry | None, moment: datetime) -> Why:
        if skip is not None:
            return _OF_SKIPS.get(skip.what, Why.PACE)
        place = bisect_left(self._states, moment, key=_moment)
        is_off = place > 0 and self._states[place - 1].kind is Kind.END
        return Why.NOT_RUNNING if is_off else Why.PACE

    def skip_near(self, moment: datetime) -> Entry | None:
        """Return the skip that was due then."""
        place = bisect_left(self._skips, moment - self._tolerance, key=_moment)
        found = next(iter(self._skips[place : place + 1]), None)
        return found if found and found.moment <= moment + self._tolerance else None

    def skip_that_spans(self, moment: datetime) -> Entry | None:
        """Return the skip whose slots were due about then.

        A loop tells how many slots it has skipped and when it noted that: they are those since its
        run or skip before.
        """
        place = bisect_left(self._skips, moment - self._tolerance, key=_moment)
        found = next(iter(self._skips[place : place + 1]), None)
        if found is None:
            return None
        before = bisect_left(self._entries, found.moment - self._tolerance, key=_moment)
        if before and self._entries[before - 1].moment >= moment + self._tolerance:
            return None
        return found

    def came_late_after(self, moment: datetime) -> bool:
        """Whether the next time of APScheduler was used only when it was over."""
        place = bisect_right(self._entries, moment, key=_moment)
        due = next((each for each in self._entries[place : place + 2] if each.due_at), None)
        return due is not None and (due.started_at or due.at) - due.moment > self._tolerance


def _moment(entry: Entry) -> datetime:
    return entry.moment
