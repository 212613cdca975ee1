"""What a row of the overview says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from loopjobs.health import HealthStatus

_WORST_FIRST: Final = tuple(reversed(HealthStatus))


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job at one moment; times are seconds from that moment."""

    name: str
    health: HealthStatus
    reason: str
    state: str
    last_outcome: str | None
    last_ended: float | None
    """How long ago."""
    next_due: float | None
    """How far ahead; `None` if no slot will come."""
    running_for: float | None
    reporting: Mapping[str, float] | None
    ledger: Mapping[str, int]
    """Of the slots; only what happened."""
    consecutive_failures: int


def trouble_first(rows: Iterable[JobRow]) -> list[JobRow]:
    """Sort rows as people want to read them: what is in trouble, then by name."""
    return sorted(rows, key=lambda row: (_WORST_FIRST.index(row.health), row.name.casefold()))
