"""Leases in memory: a whole cluster in one test, on virtual time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Clock,
    Declined,
    Granted,
    Lease,
    LeaseEnd,
    LeaseUnavailableError,
    Outcome,
    Sighting,
)

_ROUNDING = 1e-6


@dataclass(slots=True)
class _Row:
    grid_due: float
    interval: float
    asked_due: float | None = None
    """Stands in for the grid once."""
    asked_in: float = 0.0
    token: int = 0
    holder: str | None = None
    lease_until: float = -math.inf
    lease_seconds: float = 0.0
    is_paused: bool = False
    last_success: float | None = None

    @property
    def next_due(self) -> float:
        """The slot that comes next."""
        return self.grid_due if self.asked_due is None else self.asked_due

    def is_due(self, now: float, interval: float) -> bool:
        """Whether a slot is due, or further away than it can be."""
        furthest = interval if self.asked_due is None else self.asked_in
        return not now < self.next_due <= now + furthest + _ROUNDING


class MemoryLeases:
    """Keeps the leases of all hosts that it is given to, and stands in for a real store.

    It is the store and every connection to it. Its clock is that of the tests, and can be stepped.

    Args:
        clock: What its own clock runs on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0.0
        self._rows: dict[str, _Row] = {}
        self.is_down = False
        """Whether every call fails."""
        self.calls = 0
        """How many calls there were, those that failed included."""

    def step(self, seconds: float) -> None:
        """Step the clock of the store; the clocks of the replicas know nothing of it."""
        self._offset += seconds

    def holder_of(self, job: str) -> str | None:
        """Return who has a lease of that job that has not ended."""
        row = self._rows.get(job)
        return row.holder if row is not None and row.lease_until > self._now() else None

    def connect(self, timeout: float) -> "MemoryLeases":  # noqa: ARG002 - nothing here takes time
        """Return itself: all hosts share the one memory."""
        self._answer()
        return self

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim the slot that is due."""
        now = self._answer()
        row = self._rows.setdefault(request.job, _Row(now, request.interval))
        is_due = not row.is_paused and row.is_due(now, request.interval)
        if not (is_due or request.is_by_hand) or self._is_taken(row, request, now):
            return _declined(row, now)
        return self._grant(row, request, now)

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Let leases hold anew; return those that still held."""
        now = self._answer()
        held = [lease for lease in leases if self._is_held(lease, now)]
        for lease in held:
            self._rows[lease.job].lease_until = now + lease.seconds
        return held

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back."""
        now = self._answer()
        row = self._rows.get(lease.job)
        if row is None or (row.holder, row.token) != (lease.holder, lease.fencing_token):
            return
        row.holder, row.lease_until = None, -math.inf
        if end.outcome is Outcome.SUCCEEDED:
            row.last_success = now
        if end.next_in is not None:
            row.asked_due, row.asked_in = now + end.next_in, end.next_in
        elif row.grid_due < now:
            row.grid_due = _grid_point(row, now, is_included=True)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job for all hosts."""
        now = self._answer()
        self._rows.setdefault(job, _Row(now, math.inf)).is_paused = is_paused

    def close(self) -> None:
        """Do nothing: the other hosts go on."""

    def _now(self) -> float:
        return self._clock.monotonic() + self._offset

    def _answer(self) -> float:
        self.calls += 1
        if self.is_down:
            raise LeaseUnavailableError("the leases in memory are down")
        return self._now()

    def _is_held(self, lease: Lease, now: float) -> bool:
        row = self._rows.get(lease.job)
        if row is None or row.lease_until <= now:
            return False
        return (row.holder, row.token) == (lease.holder, lease.fencing_token)

    def _is_taken(self, row: _Row, request: ClaimRequest, now: float) -> bool:
        if row.holder is None or row.lease_until <= now:
            return False
        # Seen unchanged for as long as it lasts: then its holder does not renew it any more.
        return request.stale != _sighting(row) or row.lease_seconds > request.seconds

    def _grant(self, row: _Row, request: ClaimRequest, now: float) -> Granted:
        is_takeover, overdue = row.holder is not None, now - row.next_due
        row.token += 1
        row.holder, row.lease_seconds = request.holder, request.seconds
        row.lease_until, row.interval = now + request.seconds, request.interval
        if overdue < 0 and not request.is_by_hand:
            row.asked_due, row.grid_due, overdue = None, now, 0.0
        if overdue >= 0 and not row.is_paused:
            row.asked_due = None
            if row.grid_due <= now:
                row.grid_due = _grid_point(row, now, is_included=False)
        lease = Lease(request.job, request.holder, row.token, request.seconds)
        age = _success_age(row, now)
        return Granted(lease, row.next_due - now, max(0.0, overdue), is_takeover, age)


def _grid_point(row: _Row, now: float, *, is_included: bool) -> float:
    """Return the first point of the row's grid after now, or at it where that counts."""
    steps = (now - row.grid_due) / row.interval
    count = math.ceil(steps - _ROUNDING) if is_included else math.floor(steps + _ROUNDING) + 1
    return row.grid_due + count * row.interval


def _sighting(row: _Row) -> Sighting:
    return Sighting(row.token, repr(row.lease_until))


def _success_age(row: _Row, now: float) -> float | None:
    return None if row.last_success is None else max(0.0, now - row.last_success)


def _declined(row: _Row, now: float) -> Declined:
    is_held = row.holder is not None and row.lease_until > now
    return Declined(
        next_in=row.next_due - now,
        lease_left=row.lease_until - now if is_held else None,
        is_paused=row.is_paused,
        sighting=_sighting(row) if is_held else None,
        holder=row.holder if is_held else None,
        success_age=_success_age(row, now),
    )
