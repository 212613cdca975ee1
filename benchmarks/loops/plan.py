"""What a system is told to run, and what it has to offer to be measured.

Everything under `adapters`, and this, is imported in environments that have no loopjobs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass
class Plan:
    """So many jobs, when the first tick of each is due, and how often they tick."""

    jobs: int
    interval: float
    """Seconds between two ticks of a job."""
    step: float
    """Seconds between the first ticks of two neighbors: 0 for a burst."""
    delay: float
    """Seconds from the start to the very first tick."""
    tick: Callable[[int], None]
    """The body of every job; is given the number of the job, from 0."""
    origin: float = 0.0
    """The start, as the event loop tells time."""

    def delay_of(self, number: int) -> float:
        """Return the seconds from the start to the first tick of a job."""
        return self.delay + number * self.step

    def first_of(self, number: int) -> float:
        """Return when the first tick of a job is due, as the event loop tells time."""
        return self.origin + self.delay_of(number)


class System(ABC):
    """One way to run periodic jobs in a process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    async def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Make what can be made before the start."""

    @abstractmethod
    async def start(self) -> None:
        """Start all jobs; return when each of them awaits its first tick."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop all jobs by whatever the system offers for it."""

    def grid(self) -> Sequence[float] | None:
        """Return the first slot of each job, if they are not where the plan has them."""
        return None
