"""Leases in memory: a whole cluster in one test, on virtual time."""

import math
from collections.abc import Sequence

from loopjobs import (
    ClaimAnswer,
    ClaimRequest,
    Clock,
    Granted,
    Lease,
    LeaseEnd,
    LeaseUnavailableError,
    Outcome,
)
from loopjobs.testing._memory_row import MemoryRow


class MemoryLeases:
    """Keeps the leases of all hosts that it is given to, and stands in for a real store.

    It is the store and every connection to it. Its clock is that of the tests, and can be stepped.

    Args:
        clock: What its own clock runs on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0.0
        self._rows: dict[str, MemoryRow] = {}
        self._last_token = 0
        self.is_down = False
        """Whether every call fails."""
        self.calls = 0
        """How many calls there were, those that failed included."""

    def step(self, seconds: float) -> None:
        """Step the clock of the store; the clocks of the replicas know nothing of it."""
        self._offset += seconds

    def forget(self, job: str) -> None:
        """Remove the row of a job that is gone, as an operator does; harmless if there is none."""
        row = self._rows.pop(job, None)
        if row is not None:
            self._last_token = max(self._last_token, row.token)

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
        row = self._rows.setdefault(request.job, MemoryRow(now))
        is_due = not row.is_paused and row.is_due(request, now)
        if not (is_due or request.is_by_hand) or self._is_taken(row, request, now):
            return row.declined(request, now)
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
        row.failures = end.count_on(row.failures)
        if end.outcome is Outcome.SUCCEEDED:
            row.last_success = now
        if end.next_in is not None:
            row.asked_due, row.asked_in = now + end.next_in, end.next_in
        elif end.calendar is not None:
            row.pass_by(end.calendar, now)
        elif row.grid_due < now:
            row.grid_due = row.grid_point(now, is_included=True)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job for all hosts."""
        now = self._answer()
        self._rows.setdefault(job, MemoryRow(now)).is_paused = is_paused

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

    def _is_taken(self, row: MemoryRow, request: ClaimRequest, now: float) -> bool:
        if row.holder is None or row.lease_until <= now:
            return False
        # Seen unchanged for as long as it lasts: then its holder does not renew it any more.
        return request.stale != row.sighting() or row.lease_seconds > request.seconds

    def _grant(self, row: MemoryRow, request: ClaimRequest, now: float) -> Granted:
        interval, grid = request.interval, row.grid_sighting(now)
        is_takeover, overdue = row.holder is not None, now - row.due_at(request, now)
        row.token = max(row.token, self._last_token) + 1
        row.holder, row.lease_seconds = request.holder, request.seconds
        row.lease_until = now + request.seconds
        if overdue < 0 and not request.is_by_hand:
            row.asked_due, row.grid_due, row.interval, overdue = None, now, interval, 0.0
        if overdue >= 0 and not row.is_paused:
            row.asked_due = None
            if (grid_due := row.grid_due_at(request, now)) <= now:
                row.grid_due, row.interval = grid_due, interval
                row.grid_due = row.grid_point(now, is_included=False)
        if not row.has_interval:
            row.interval = interval
        lease = Lease(request.job, request.holder, row.token, request.seconds)
        age = row.success_age(now)
        next_in = row.due_at(request, now) - now
        overdue = max(0.0, overdue)
        return Granted(lease, next_in, overdue, is_takeover, age, row.failures, grid)
