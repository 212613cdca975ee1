"""What a host lends to each of its loops."""

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from itertools import count
from random import Random
from uuid import uuid4

from loopjobs._mechanisms.timer import Timer
from loopjobs._run.announcer import Announcer
from loopjobs._run.lease_client import LeaseClient
from loopjobs._run.performer import Performer
from loopjobs._run.run_context import RunContext
from loopjobs._words.cancellation import CancellationToken
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
    leases: LeaseClient | None = None
    """Claims slots in the cluster; `None` without a lease store."""
    shutdown_timeout: float = 30.0
    on_death: Callable[[str, BaseException], None] = _ignore_death
    random: Random = field(default_factory=Random)
    process: str = field(default_factory=lambda: uuid4().hex[:12])
    run_numbers: Iterator[int] = field(default_factory=lambda: count(1))
    """Numbers that no two runs of this host share."""
    started_since: float | None = None
    """The moment since when loops are being started, one right after the other, while they are."""
    monotonic: Callable[[], float] = field(init=False)
    """Reads the clock's `monotonic`."""
    performer: Performer = field(init=False)
    """Runs the bodies."""
    stop_token: CancellationToken = field(init=False)
    """Asks all runs to end. Loops are stopped together, and so it is one for all of them."""
    event_loop: AbstractEventLoop = field(init=False)
    """The one that all loops are served in; known once the first begins."""

    _of_tasks: Context | None = None

    def __post_init__(self) -> None:
        self.monotonic = monotonic_of(self.clock)
        self.stop_token = CancellationToken(self.clock)
        self.performer = Performer(self.clock, self.timer, self.run_contexts)
        self.timer.watcher = self.announcer

    def of_tasks(self) -> Context:
        """Return the context that all loops are served in: a copy of the one the first began in.

        Nothing is ever changed in it, for bodies have contexts of their own.
        """
        if self._of_tasks is None:
            self._of_tasks, self.event_loop = copy_context(), get_running_loop()
        return self._of_tasks
