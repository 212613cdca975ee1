"""When a silent PC counts as offline."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from servicekit.mac import MacAddress


@dataclass(frozen=True, slots=True)
class StaleRule:
    """The line between heard and not heard, fixed once for a whole sweep."""

    cutoff: datetime
    """A last keep-alive strictly older than this is stale; an equal one is not."""
    latest_credible: datetime
    """A last keep-alive later than this comes from a clock that was wrong."""
    unreadable_is_stale: bool = True
    """Whether a PC without a readable last keep-alive is stale."""

    def covers(self, last_keep_alive_at: datetime | None) -> bool:
        """Return whether an online PC with this last keep-alive is stale."""
        if last_keep_alive_at is None:
            return self.unreadable_is_stale
        return last_keep_alive_at < self.cutoff


@dataclass(frozen=True, slots=True)
class Census:
    """The online PCs at one moment."""

    online: int
    stale: int
    unreadable: int
    """PCs with no readable last keep-alive, whatever the rule makes of them."""
    from_the_future: int
    newest: datetime | None
    """The latest credible keep-alive of the fleet."""
    oldest_stale: datetime | None
    """The oldest readable keep-alive among the stale."""


class Candidate(NamedTuple):
    """A PC that looked stale when it was read."""

    id: int
    mac: MacAddress
