"""What a fault is, and what it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chaos.cluster import Cluster
from chaos.engines import Engine
from chaos.figures import Figure
from chaos.server import Server
from loopjobs import Clock


class Stage:
    """Where faults happen.

    Args:
        engine: Has the leases.
        clock: The clock of the machine.
        advance: Told of each repetition that is over.
    """

    def __init__(self, engine: Engine, clock: Clock, advance: Callable[[float], None]) -> None:
        self._engine = engine
        self.clock = clock
        self.advance = advance

    @property
    def url(self) -> str:
        """Of the leases."""
        return self._engine.url

    @property
    def server(self) -> Server:
        """What PostgreSQL is.

        Raises:
            TypeError: the leases are elsewhere.
        """
        if self._engine.postgresql is None:
            raise TypeError("a fault of PostgreSQL alone")
        return self._engine.postgresql

    def cluster(self, **pace: object) -> Cluster:
        """Return a cluster with nothing in it; the keywords are the fields of a `Plan`."""
        return Cluster(self.url, self.clock, **pace)


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
    is_for_all: bool = False
    """Whether it is the same for each store; otherwise it is done to PostgreSQL."""
