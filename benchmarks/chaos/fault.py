"""What a fault is, and what it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chaos.cluster import Cluster
from chaos.figures import Figure
from chaos.server import Server
from loopjobs import Clock


class Stage:
    """Where faults happen.

    Args:
        server: Has the leases.
        clock: The clock of the machine.
        advance: Told of each repetition that is over.
    """

    def __init__(self, server: Server, clock: Clock, advance: Callable[[float], None]) -> None:
        self.server = server
        self.clock = clock
        self.advance = advance

    def cluster(self, **pace: object) -> Cluster:
        """Return a cluster with nothing in it; the keywords are the fields of a `Plan`."""
        return Cluster(self.server.url, self.clock, **pace)


def scaled(full: int, scale: float) -> int:
    """Return that share of a number, and at least a few."""
    return max(2, round(full * scale))


class Run(Protocol):
    """Does what a fault is about."""

    def __call__(self, stage: Stage, name: str, times: int, /) -> Sequence[Figure]:
        """Repeat it; return what came of it."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the catalogue."""

    name: str
    repetitions: int
    run: Run
