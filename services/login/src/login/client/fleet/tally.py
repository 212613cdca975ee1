"""What a fleet has done so far, in numbers."""

import statistics
from collections import Counter, deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

_LATENCIES_KEPT: Final = 10_000


class PcState(Enum):
    """What a simulated PC is doing, as it sees it itself."""

    COMING = "coming"
    ONLINE = "online"
    UNHEARD = "unheard"
    SILENT = "silent"
    LEFT = "left"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of the latest requests, in seconds."""

    p50: float
    p99: float


@dataclass(slots=True)
class FleetTally:
    """Counts for the whole fleet; each PC and the transport add to it."""

    states: Counter[PcState] = field(default_factory=Counter)
    keep_alives: int = 0
    errors: int = 0
    _latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES_KEPT))

    def move(self, before: PcState | None, after: PcState) -> None:
        """Count a PC where it is now, and no longer where it was."""
        if before is not None:
            self.states[before] -= 1
        self.states[after] += 1

    def add_latency(self, seconds: float) -> None:
        """Take note of one answer; only the latest are kept."""
        self._latencies.append(seconds)

    def latency(self) -> Latency | None:
        """Return the percentiles, once there are answers enough to have any."""
        if len(self._latencies) < 2:  # noqa: PLR2004 - what quantiles() asks for
            return None
        cuts = statistics.quantiles(self._latencies, n=100, method="inclusive")
        return Latency(p50=cuts[49], p99=cuts[98])
