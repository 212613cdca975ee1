"""Says once that replicas run one job at different intervals, as in a rolling deployment."""

import logging
import math
from typing import Final

from loopjobs._words.clock import Clock
from loopjobs._words.leases import ClaimAnswer, ClaimRequest, Granted

_SILENCE: Final = 3.0
"""Intervals, the longer of the two, for which another one is not seen before it is taken to be
gone: whoever has it may lose a slot or two to others."""
_SAME: Final = 1e-6

_log: Final = logging.getLogger("loopjobs.leases")


class IntervalWatch:
    """Compares our interval with that of whoever had the last slot.

    What the grid was before we first asked, or asked at this interval, is the past: an interval
    that is changed everywhere at once is no disagreement. One is told once, for the gaps between
    the slots of another's calendar are one interval after the other. A calendar of our own is for
    `CalendarWatch`.

    Args:
        job: Its name.
        clock: Tells how long ago another interval was seen.
    """

    def __init__(self, job: str, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self._own = math.nan
        self._known_token = -1
        self._other: float | None = None
        self._seen_at = 0.0

    def hear(self, request: ClaimRequest, answer: ClaimAnswer) -> None:
        """Compare, and say so if that is news."""
        grid, own = answer.grid, request.interval
        if request.calendar is not None:
            own = math.nan
        if own != self._own:
            self._own, self._other = own, None
            self._known_token = -1 if grid is None else grid.fencing_token
        elif grid is not None:
            is_news = grid.fencing_token > self._known_token
            if is_news and not math.isclose(own, grid.interval, abs_tol=_SAME):
                self._note_other(own, grid.interval)
            elif self._other is not None:
                self._note_silence(own, self._other)
        if isinstance(answer, Granted):
            self._known_token = answer.lease.fencing_token

    def _note_other(self, own: float, other: float) -> None:
        is_known, self._other = self._other is not None, other
        self._seen_at = self._clock.monotonic()
        if not is_known:
            what = (
                "%s: another replica runs it every %g s, this one every %g s;"
                " until they agree the shorter interval counts"
            )
            _log.warning(what, self._job, other, own, extra=self._extra(own, other))

    def _note_silence(self, own: float, other: float) -> None:
        if self._clock.monotonic() - self._seen_at > _SILENCE * max(own, other):
            self._other = None
            what = "%s: no replica runs it every %g s any more; it is run every %g s"
            _log.info(what, self._job, other, own, extra=self._extra(own, other))

    def _extra(self, own: float, other: float) -> dict[str, object]:
        return {"job": self._job, "interval": own, "other_interval": other}
