"""Leases: the right to run one slot of a job in the whole cluster, for a while."""

from dataclasses import dataclass, field
from typing import TypeAlias

from loopjobs._words.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one process to run a job; it ends by itself unless it is renewed."""

    job: str
    holder: str
    """The process; no other has the same name, on any machine."""
    fencing_token: int
    """Higher than that of every lease of this job before it."""
    seconds: float
    """How long it holds, counted from the last renewal."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A lease of somebody else as it was seen; seen again unchanged, it was not renewed."""

    fencing_token: int
    lease_until: str
    """Its end in the words of the store; to be compared, never to be read."""


@dataclass(frozen=True, slots=True)
class GridSighting:
    """By whose interval slots came when the store was asked."""

    fencing_token: int
    """That of the last lease; whoever has a slot after this one has a higher one."""
    interval: float
    """Seconds, as whoever had the last slot of the grid has asked for."""
    age: float = field(default=0.0, compare=False)
    """Seconds since that slot was due; it grows while the grid is the same."""


@dataclass(frozen=True, slots=True)
class CalendarSlot:
    """The slot of a calendar that is claimed: each process reads it off a wall clock of its own."""

    age: float
    """Seconds since it was due, by the clock of the process; 0 or more."""
    gap: float
    """Seconds from it to the next one."""
    tolerance: float
    """Seconds: a slot that somebody had, and that is no further away than that, is this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """What a process asks of the store when a slot is due."""

    job: str
    holder: str
    interval: float
    """Seconds from slot to slot: the next one is that much later than the last one of the grid,
    whoever had that, and whatever interval it was had with. Of a calendar those from the slot that
    is claimed to the next."""
    seconds: float
    """How long the lease is to hold."""
    calendar: CalendarSlot | None = None
    """What is claimed of a calendar; `None` for slots that are counted from the last one."""
    is_by_hand: bool = False
    """Whether the run is asked for now, whatever is due, and even if the job is paused."""
    stale: Sighting | None = None
    """A lease that this process has seen unchanged for longer than it can hold: the clock of the
    store has gone back, and it may be taken over."""

    @property
    def next_in(self) -> float:
        """Seconds until the slot after the one that is claimed, as far as the process knows."""
        return self.interval - (0.0 if self.calendar is None else self.calendar.age)


@dataclass(frozen=True, slots=True)
class Granted:
    """The slot is ours."""

    lease: Lease
    next_in: float
    """Seconds until the slot after this one, by the clock of the store."""
    overdue: float
    """Seconds since the slot was due, by the clock of the store; 0 if none was."""
    is_takeover: bool
    """Whether somebody else had a lease that has ended without a word."""
    success_age: float | None = None
    """Seconds since the end of the last run that succeeded, wherever; `None` if that is unknown."""
    failures_in_a_row: int = 0
    """Runs that failed or timed out since the last success, wherever."""
    grid: GridSighting | None = None
    """The grid as it was before; `None` if nobody has had a slot of it."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The slot is not ours."""

    next_in: float
    """Seconds until the next slot, by the clock of the store; 0 or less if one is due."""
    lease_left: float | None = None
    """Seconds that the lease of somebody else still holds; `None` if there is none."""
    is_paused: bool = False
    """Whether the job is paused in the whole cluster."""
    sighting: Sighting | None = None
    """That lease, if there is one."""
    holder: str | None = None
    """Who has it."""
    success_age: float | None = None
    """Seconds since the end of the last run that succeeded, wherever; `None` if that is unknown."""
    failures_in_a_row: int = 0
    """Runs that failed or timed out since the last success, wherever."""
    grid: GridSighting | None = None
    """The grid as it is; `None` if nobody has had a slot of it."""


ClaimAnswer: TypeAlias = Granted | Declined
"""What a store says to a claim."""


@dataclass(frozen=True, slots=True)
class LeaseEnd:
    """How a run has ended, for the store."""

    outcome: Outcome
    error: str | None = None
    next_in: float | None = None
    """Seconds until the next slot, where the run has a say in that: a fixed delay, a back-off, a
    backlog. It may be sooner or later than the next point of the grid, stands in for it once, and
    does not move the grid. `None` leaves it to the grid, and passes over the slots that fell into
    the run."""
    calendar: CalendarSlot | None = None
    """The last slot before the end that is passed over; `None` for slots that are counted."""

    def count_on(self, failures: int) -> int:
        """Return the failures in a row after this run, if there were so many before it."""
        if self.outcome is Outcome.SUCCEEDED:
            return 0
        return failures + (self.outcome in (Outcome.FAILED, Outcome.TIMED_OUT))
