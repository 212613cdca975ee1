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
    WAITS_FENCED_FOR_EVER = "waits fenced for ever"
    """The same, and the server is told not to end a transaction that is idle."""
    IGNORES = "ignores"
    """Notes steps, and does not end when it is cancelled."""


class LeftOut(Enum):
    """A protection that a replica does without, to show what it is for."""

    NOTHING = "nothing"
    SLOTS = "slots"
    """Whoever gets the lock runs, and releases it; the store does not say what is due."""
    END_OF_LEASE = "an end of leases"
    """A lease outlives its holder."""
    GIVING_BACK = "leases given back"
    """Each ends by itself."""
    ANSWER_TO_RENEWAL = "the answer to a renewal"
    """A lease is believed to be renewed as soon as that is asked for."""
    TIME_WHILE_FROZEN = "time that goes on while it is frozen"
    """Besides the answer to a renewal: the clock stands still with the process."""
    RENEWAL_THREAD = "a thread for renewals"
    """They wait for the event loop."""
    SECOND_TRY = "a second try"
    """A renewal that came to nothing is not tried again."""
    CONNECTING_ANEW = "connecting anew"
    CLOCK_OF_STORE = "the clock of the store"
    """Each replica goes by its own."""
    LEASE_UNTIL_END_OF_BODY = "a lease until the body has ended"
    """It is given back as soon as the host is asked to end."""
    NAME_OF_PROCESS = "a name for each process"
    """They go by that of the machine."""
    SIGHTINGS = "an eye on leases that are not renewed"
    ROW = "a row for a lease"
    """There is a lock of a session instead."""


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
    step: float = 0.02
    """How long each of its steps takes."""
    patience: float = 30.0
    """How long the host lets its body end."""
    when_unavailable: str = "Skip"
    left_out: LeftOut = LeftOut.NOTHING
    ahead: float = 0.0
    """How much later it is by the clock of this replica."""
    rate: float = 1.0
    """How fast that clock goes."""
