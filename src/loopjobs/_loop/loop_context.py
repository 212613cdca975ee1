"""What a host lends to each of its loops."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from uuid import uuid4

from loopjobs._mechanisms.timer import Timer
from loopjobs._run.announcer import Announcer
from loopjobs._run.lease_client import LeaseClient
from loopjobs._run.run_context import RunContext
from loopjobs._run.run_meter import RunMeters
from loopjobs._words.clock import Clock, monotonic_of


def _ignore_death(name: str, error: BaseException) -> None:
    """Leave the death of a loop to whoever started it."""


@dataclass(slots=True)
class LoopContext:
    """Clock, timer, listeners and limits that all loops of a host share."""

    clock: Clock
    timer: Timer
    announcer: Announcer
    run_contexts: tuple[RunContext, ...] = ()
    run_meters: RunMeters | None = None
    """`None` if nobody measures runs."""
    leases: LeaseClient | None = None
    """Claims slots in the cluster; `None` without a lease store."""
    shutdown_timeout: float = 30.0
    on_death: Callable[[str, BaseException], None] = _ignore_death
    random: Random = field(default_factory=Random)
    process: str = field(default_factory=lambda: uuid4().hex[:12])
    next_run_number: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    """Returns a number that no other run of this host has."""
    monotonic: Callable[[], float] = field(init=False)
    """Reads the clock's `monotonic`."""

    def __post_init__(self) -> None:
        self.monotonic = monotonic_of(self.clock)
