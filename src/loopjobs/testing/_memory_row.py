"""What the leases in memory keep of a job."""

import math
from dataclasses import dataclass

from loopjobs import CalendarSlot, ClaimRequest, Declined, GridSighting, Sighting

_ROUNDING = 1e-6


@dataclass(slots=True)
class MemoryRow:
    """Moments are seconds on the clock of the store."""

    grid_due: float
    interval: float = math.inf
    """That of whoever had the last slot of the grid; infinite before the first."""
    asked_due: float | None = None
    """Stands in for the grid once."""
    asked_in: float = 0.0
    token: int = 0
    holder: str | None = None
    lease_until: float = -math.inf
    lease_seconds: float = 0.0
    is_paused: bool = False
    last_success: float | None = None
    failures: int = 0

    @property
    def has_interval(self) -> bool:
        """Whether anybody has asked for a slot."""
        return self.interval < math.inf

    def grid_due_at(self, request: ClaimRequest, now: float) -> float:
        """Return the next point of the grid for whoever asks."""
        if request.calendar is None:
            return self.grid_due + (request.interval - self.interval if self.has_interval else 0.0)
        is_had = self.has_interval and self._had(request.calendar, now)
        return now + request.next_in if is_had else now - request.calendar.age

    def due_at(self, request: ClaimRequest, now: float) -> float:
        """Return the slot that comes next for whoever asks."""
        return self.grid_due_at(request, now) if self.asked_due is None else self.asked_due

    def is_due(self, request: ClaimRequest, now: float) -> bool:
        """Whether a slot is due, or further away than it can be."""
        furthest = request.interval if self.asked_due is None else self.asked_in
        return not now < self.due_at(request, now) <= now + furthest + _ROUNDING

    def grid_point(self, now: float, *, is_included: bool) -> float:
        """Return the first point of the grid after now, or at it where that counts."""
        passed = now - self.grid_due
        if is_included:
            count = math.ceil((passed - _ROUNDING) / self.interval)
        else:
            count = math.floor((passed + _ROUNDING) / self.interval) + 1
        return self.grid_due + count * self.interval

    def sighting(self) -> Sighting:
        """Return the lease as others see it."""
        return Sighting(self.token, repr(self.lease_until))

    def grid_sighting(self, now: float) -> GridSighting | None:
        """Return the grid as others see it."""
        age = now - (self.grid_due - self.interval)
        return GridSighting(self.token, self.interval, age) if self.has_interval else None

    def success_age(self, now: float) -> float | None:
        """Return the seconds since the last success."""
        return None if self.last_success is None else max(0.0, now - self.last_success)

    def declined(self, request: ClaimRequest, now: float) -> Declined:
        """Say why there is no slot for whoever asks, and when to look again."""
        is_held = self.holder is not None and self.lease_until > now
        return Declined(
            next_in=self.due_at(request, now) - now,
            lease_left=self.lease_until - now if is_held else None,
            is_paused=self.is_paused,
            sighting=self.sighting() if is_held else None,
            holder=self.holder if is_held else None,
            success_age=self.success_age(now),
            failures_in_a_row=self.failures,
            grid=self.grid_sighting(now),
        )

    def pass_by(self, slot: CalendarSlot, now: float) -> None:
        """Take a slot of a calendar, and what was before it, for one that somebody had."""
        due = now - slot.age
        if self.grid_due - self.interval < due:
            self.grid_due, self.interval = due + slot.gap, slot.gap

    def _had(self, slot: CalendarSlot, now: float) -> bool:
        """Whether somebody had that slot; what lies ahead of now is of a clock that went back."""
        last = self.grid_due - self.interval
        return now - slot.age - slot.tolerance <= last <= now + slot.tolerance
