"""What a store keeps of a job, and what becomes of it. Arithmetic only."""

import math
from dataclasses import dataclass
from typing import Final

from loopjobs import (
    CalendarSlot,
    ClaimRequest,
    Declined,
    Granted,
    GridSighting,
    Lease,
    LeaseEnd,
    Outcome,
    Sighting,
)
from loopjobs.leases._told import told

_ROUNDING: Final = 1e-6
"""Moments this close together, in seconds, are one."""


@dataclass(slots=True)
class LeaseRow:
    """One job. Moments are seconds on the clock of the store."""

    grid_due: float
    """The next point of the grid."""
    interval: float = math.inf
    """That of whoever had the last slot of the grid; infinite before the first."""
    asked_due: float | None = None
    """Stands in for the grid once; the last run has asked for it."""
    asked_in: float = 0.0
    token: int = 0
    holder: str | None = None
    lease_until: float = -math.inf
    lease_seconds: float = 0.0
    is_locked: bool = False
    """Whether the process that has the lease also has the lock of the job."""
    is_paused: bool = False
    last_success: float | None = None
    last_outcome: Outcome | None = None
    last_error: str | None = None
    failures: int = 0
    """Runs that failed or timed out since the last success."""

    @property
    def next_due(self) -> float:
        """The slot that comes next by the interval of whoever had the last one."""
        return self.grid_due if self.asked_due is None else self.asked_due

    @property
    def has_interval(self) -> bool:
        """Whether anybody has asked for a slot."""
        return self.interval < math.inf

    def grid_due_at(self, request: ClaimRequest, now: float) -> float:
        """Return the next point of the grid for whoever asks."""
        if (calendar := request.calendar) is None:
            return self.grid_due + (request.interval - self.interval if self.has_interval else 0.0)
        slot, last = now - calendar.age, self.grid_due - self.interval
        is_had = slot <= last + calendar.tolerance and last <= now + calendar.tolerance
        return slot + request.interval if is_had and self.has_interval else slot

    def due_at(self, request: ClaimRequest, now: float) -> float:
        """Return the slot that comes next for whoever asks."""
        return self.grid_due_at(request, now) if self.asked_due is None else self.asked_due

    def is_due(self, request: ClaimRequest, now: float) -> bool:
        """Whether a slot is due, or further away than it can be for whoever asks."""
        furthest = request.interval if self.asked_due is None else self.asked_in
        return not now < self.due_at(request, now) <= now + furthest + _ROUNDING

    def is_taken(self, request: ClaimRequest, now: float) -> bool:
        """Whether somebody has a lease that has not ended, by the clock or by what was seen."""
        if self.lease_until <= now:
            return False
        return request.stale != self._sighting() or self.lease_seconds > request.seconds

    def is_held_by(self, lease: Lease) -> bool:
        """Whether that lease is the last one, and was not given back."""
        return (self.holder, self.token) == (lease.holder, lease.fencing_token)

    def grant(self, request: ClaimRequest, now: float, lowest_token: int) -> Granted:
        """Give the slot that is due to whoever asks, and go on to the next one.

        Args:
            request: Who asks, and for how long.
            now: The present moment.
            lowest_token: The token is no lower, and higher than the last one.
        """
        interval, grid = request.interval, self._grid_sighting(now)
        is_takeover, overdue = self.holder is not None, now - self.due_at(request, now)
        self.token = max(self.token + 1, lowest_token)
        self.holder, self.lease_seconds = request.holder, request.seconds
        self.lease_until = now + request.seconds
        if overdue < 0 and not request.is_by_hand:
            self.asked_due, self.grid_due, self.interval, overdue = None, now, interval, 0.0
        if overdue >= 0 and not self.is_paused:
            self._pass(request, now)
        if not self.has_interval:
            self.interval = interval
        return Granted(
            Lease(request.job, request.holder, self.token, request.seconds),
            next_in=self.due_at(request, now) - now,
            overdue=max(0.0, overdue),
            is_takeover=is_takeover,
            success_age=self.success_age(now),
            failures_in_a_row=self.failures,
            grid=grid,
        )

    def finish(self, end: LeaseEnd, now: float) -> None:
        """Take the lease back."""
        self.holder, self.lease_until, self.is_locked = None, -math.inf, False
        self.last_outcome = end.outcome
        self.last_error = None if end.error is None else told(end.error)
        self.failures = end.count_on(self.failures)
        if end.outcome is Outcome.SUCCEEDED:
            self.last_success = now
        if end.next_in is not None:
            self.asked_due, self.asked_in = now + end.next_in, end.next_in
        elif end.calendar is not None:
            self._pass_by(end.calendar, now)
        elif self.grid_due < now:
            steps = math.ceil((now - self.grid_due - _ROUNDING) / self.interval)
            self.grid_due += steps * self.interval

    def declined(self, request: ClaimRequest, now: float, lease_left: float | None) -> Declined:
        """Say why the slot is not to be had, and when to look again."""
        is_held = lease_left is not None and self.holder is not None
        return Declined(
            next_in=self.due_at(request, now) - now,
            lease_left=lease_left,
            is_paused=self.is_paused,
            sighting=self._sighting() if is_held else None,
            holder=self.holder if is_held else None,
            success_age=self.success_age(now),
            failures_in_a_row=self.failures,
            grid=self._grid_sighting(now),
        )

    def success_age(self, now: float) -> float | None:
        """Return the seconds since the last success; `None` if there was none."""
        return None if self.last_success is None else max(0.0, now - self.last_success)

    def shift(self, seconds: float) -> None:
        """Keep all moments where they are on a clock that begins anew, and end the lease."""
        self.grid_due += seconds
        self.lease_until, self.is_locked = -math.inf, False
        if self.asked_due is not None:
            self.asked_due += seconds
        if self.last_success is not None:
            self.last_success += seconds

    def _sighting(self) -> Sighting:
        return Sighting(self.token, repr(self.lease_until))

    def _grid_sighting(self, now: float) -> GridSighting | None:
        age = now - (self.grid_due - self.interval)
        return GridSighting(self.token, self.interval, age) if self.has_interval else None

    def _pass_by(self, slot: CalendarSlot, now: float) -> None:
        """Note that a slot of a calendar, and what was before it, is had."""
        if (due := now - slot.age) > self.grid_due - self.interval:
            self.grid_due, self.interval = due + slot.gap, slot.gap

    def _pass(self, request: ClaimRequest, now: float) -> None:
        self.asked_due, interval = None, request.interval
        if (grid_due := self.grid_due_at(request, now)) <= now:
            steps = math.floor((now - grid_due + _ROUNDING) / interval) + 1
            self.grid_due, self.interval = grid_due + steps * interval, interval
