"""Says once that replicas run one job by different calendars, as in a rolling deployment."""

import logging
import math
from datetime import datetime, timedelta
from typing import Final

from loopjobs._words.calendar import Calendar, slot_near
from loopjobs._words.clock import Clock
from loopjobs._words.leases import CalendarSlot, ClaimAnswer, ClaimRequest, Granted, GridSighting

_SILENCE: Final = 3.0
"""Gaps, the longer of the two, for which no other slot is seen before it is taken to be over."""
_SAME: Final = 1e-3
_HALF_A_SECOND: Final = timedelta(seconds=0.5)

_log: Final = logging.getLogger("loopjobs.leases")


class CalendarWatch:
    """Compares our calendar with the last slot that somebody had.

    It is another one's if it is none of ours, or if ours goes on to another slot from there. What
    was had before we first asked, or asked by this calendar, is the past: a calendar that is
    changed everywhere at once is no disagreement. Whoever comes first each time, to slots that are
    all its own, cannot know.

    Args:
        job: Its name.
        clock: Tells the slot by the age that it has in the store, and how long ago that was seen.
    """

    def __init__(self, job: str, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self._own: str | None = None
        self._since = 0.0
        self._known_token = -1
        self._seen_at: float | None = None
        self._other_gap = 0.0

    def hear(self, own: Calendar | None, request: ClaimRequest, answer: ClaimAnswer) -> None:
        """Compare, and say so if that is news.

        Args:
            own: The calendar in force; `None` for a job with an interval.
            request: What was asked.
            answer: What the store has said.
        """
        shown = None if own is None else _shown(own)
        if shown != self._own:
            self._own, self._since, self._seen_at = shown, self._clock.monotonic(), None
        slot, grid = request.calendar, answer.grid
        if own is not None and slot is not None and grid is not None:
            other = self._others_slot(own, slot, grid) if self._is_news(slot, grid) else None
            if other is not None:
                self._note_other(own, other, grid.interval)
            elif self._seen_at is not None:
                self._note_silence(own, self._seen_at, slot.gap)
            self._known_token = grid.fencing_token
        if isinstance(answer, Granted):
            self._known_token = answer.lease.fencing_token

    def _is_news(self, slot: CalendarSlot, grid: GridSighting) -> bool:
        """Whether that slot was had by somebody else since we last looked."""
        # One that is yet to come was had by a clock of the store that has gone back since.
        is_recent = -slot.tolerance < grid.age < self._clock.monotonic() - self._since
        return is_recent and grid.fencing_token != self._known_token

    def _others_slot(
        self, own: Calendar, slot: CalendarSlot, grid: GridSighting
    ) -> datetime | None:
        """Return the last slot that somebody had, if that was by another calendar."""
        had = slot_near(self._clock.now() - timedelta(seconds=grid.age))
        before, after = own.last_by(had), own.after(had)
        nearest = before if had - before <= after - had else after
        if abs((nearest - had).total_seconds()) > slot.tolerance:
            return had
        is_same = math.isclose(own.gap_at(nearest), grid.interval, abs_tol=_SAME)
        return None if is_same else nearest

    def _note_other(self, own: Calendar, slot: datetime, gap: float) -> None:
        is_known, self._other_gap = self._seen_at is not None, gap
        self._seen_at = self._clock.monotonic()
        if not is_known:
            what = (
                "%s: another replica runs it at other times: its slot of %s, and the next one after"
                " %g s, are not both among those of this one, %s; until they agree the slots of"
                " both are run"
            )
            extra = {**self._extra(own), "other_slot": slot, "other_gap": gap}
            moment = f"{slot + _HALF_A_SECOND:%Y-%m-%d %H:%M:%S}Z"
            _log.warning(what, self._job, moment, gap, _shown(own), extra=extra)

    def _note_silence(self, own: Calendar, seen_at: float, gap: float) -> None:
        if self._clock.monotonic() - seen_at > _SILENCE * max(gap, self._other_gap):
            self._seen_at = None
            what = "%s: no replica runs it at other times than this one any more: %s"
            _log.info(what, self._job, _shown(own), extra=self._extra(own))

    def _extra(self, own: Calendar) -> dict[str, object]:
        return {"job": self._job, "cron": own.cron, "time_zone": own.time_zone}


def _shown(calendar: Calendar) -> str:
    return f"{calendar.cron} ({calendar.time_zone})"
