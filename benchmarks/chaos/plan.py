"""What one replica is told when it is started."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

JOB = "probe"


class Work(Enum):
    """What the body of the job does."""

    STEPS = "steps"
    """Notes a step every few milliseconds, and ends at once when it is cancelled."""
    BLOCKS = "blocks"
    """Holds the event loop up."""
    WRITES = "writes"
    """Waits in a thread, as between a check and its write, and writes."""
    WRITES_FENCED = "writes fenced"
    """The same with a fence in the transaction."""
    WAITS_FENCED = "waits fenced"
    """Takes the fence, writes, and waits before it commits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Leases, pace and body of a replica; seconds."""

    url: str
    """Of the leases, by whatever way this replica takes."""
    database: str
    """Where the body writes, by a way on which nothing goes wrong."""
    namespace: str
    journal: Path
    replica: str
    interval: float
    lease: float = 1.0
    work: Work = Work.STEPS
    seconds: float = 0.0
    """How long the body takes."""
    ahead: float = 0.0
    """How much later it is by the clock of this replica."""
    rate: float = 1.0
    """How fast that clock goes."""
