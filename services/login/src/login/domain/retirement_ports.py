"""What PcDeleteJob needs from storage; each verb is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from login.domain.acknowledgements import Acknowledgement
from login.domain.retirement_rule import RetirementRule
from servicekit.mac import MacAddress


@dataclass(frozen=True, slots=True)
class RetirementCensus:
    """The fleet at one moment, as the job sees it."""

    live: int
    """PCs that are not removed."""
    candidates: int
    """PCs to retire."""
    skipped_pinned: int
    """PCs that stay only because somebody pinned them."""
    skipped_in_session: int
    """PCs that stay only because somebody is signed in at them."""
    unknown_start: int
    """Offline PCs of which it is not known since when."""
    contradictory: int
    """Online PCs that claim a start of being offline."""
    purgeable: int
    """Retired PCs to purge."""
    oldest_offline_since: datetime | None
    """Of the candidates."""


class Departing(NamedTuple):
    """A PC that was to go when it was read."""

    since: datetime
    """When it went offline; when it was retired, if it is to be purged."""
    id: int
    mac: MacAddress


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the audit tells of a run beside what it did."""

    now: datetime
    run_id: str | None = None


class StillReferencedError(Exception):
    """A PC cannot be purged: rows that nobody knows how to delete refer to it."""

    def __init__(self, constraint: str) -> None:
        super().__init__(f"the constraint {constraint} keeps the PC")
        self.constraint = constraint


class RetirementStore(Protocol):
    """The PCs, as the job sees them.

    Raises of every verb: `StoreUnavailableError` when the store cannot serve it now.
    """

    async def take_census(self, rule: RetirementRule) -> RetirementCensus:
        """Count the fleet."""
        ...

    async def retirable(
        self, rule: RetirementRule, after: Departing | None, limit: int
    ) -> Sequence[Departing]:
        """List PCs to retire, offline for longest first, beginning after one."""
        ...

    async def purgeable(
        self, rule: RetirementRule, after: Departing | None, limit: int
    ) -> Sequence[Departing]:
        """List PCs to purge, retired for longest first, beginning after one."""
        ...

    async def retire(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
        """Retire those PCs that are to be retired at this very moment, and end their sessions.

        Passes over those that somebody else is busy with. Returns how many it were; the audit
        tells of each.
        """
        ...

    async def weigh(self, ids: Sequence[int]) -> Mapping[int, int]:
        """Return how many rows hang on each of those PCs; those without any may be missing."""
        ...

    async def purge(self, ids: Sequence[int], rule: RetirementRule, stamp: Stamp) -> int:
        """Delete those PCs that are to be purged at this very moment, and all that hangs on them.

        All or nothing. Passes over those that somebody else is busy with. Returns how many it
        were; the audit tells of each.

        Raises:
            StillReferencedError: something unknown hangs on one of them.
        """
        ...

    async def claim(self, pc_id: int, rule: RetirementRule, stamp: Stamp) -> bool:
        """Purge a PC for everybody else, and leave its rows to `erase`.

        From here on nobody finds it and nothing brings it back. Returns whether it was to be
        purged at this very moment; the audit tells of it.
        """
        ...

    async def claimed(self, limit: int) -> Sequence[int]:
        """List PCs that were claimed and are not erased yet."""
        ...

    async def erase(self, pc_id: int, limit: int) -> bool:
        """Delete so many rows of a claimed PC, the ones that hang on others first.

        Returns whether there is more to erase; not while somebody else is busy with it.

        Raises:
            StillReferencedError: something unknown hangs on it.
        """
        ...


class AcknowledgementStore(Protocol):
    """Who has acknowledged which job's hold.

    Raises of every verb: `StoreUnavailableError` when the store cannot serve it now.
    """

    async def give(self, job: str, acknowledgement: Acknowledgement) -> None:
        """Keep an acknowledgement in place of an older one; the audit tells of it."""
        ...

    async def find(self, job: str, now: datetime) -> Acknowledgement | None:
        """Return the acknowledgement that has not expired, if there is one."""
        ...

    async def take(self, job: str, now: datetime) -> Acknowledgement | None:
        """Return it and use it up: of those who ask at once one gets it."""
        ...
