"""What a fault is, and what it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chaos.cluster import Cluster
from chaos.engines import Engine
from chaos.figures import Figure
from chaos.redis_server import RedisServer, known_since
from chaos.server import Server
from loopjobs import Clock


class Stage:
    """Where faults happen.

    Args:
        engine: Has the leases.
        clock: The clock of the machine.
        advance: Told of each repetition that is over.
        is_quick: Whether it is a test that happens there, and not a measurement.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        advance: Callable[[float], None],
        *,
        is_quick: bool = False,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.advance = advance
        self.is_quick = is_quick

    @property
    def url(self) -> str:
        """Of the leases."""
        return self.engine.url

    @property
    def server(self) -> Server:
        """What PostgreSQL is.

        Raises:
            TypeError: the leases are elsewhere.
        """
        if self.engine.postgresql is None:
            raise TypeError("a fault of PostgreSQL alone")
        return self.engine.postgresql

    @property
    def redis(self) -> RedisServer:
        """What Redis is.

        Raises:
            TypeError: the leases are elsewhere.
        """
        if self.engine.redis is None:
            raise TypeError("a fault of Redis alone")
        return self.engine.redis

    def cluster(self, **pace: object) -> Cluster:
        """Return a cluster with nothing in it; the keywords are the fields of a `Plan`."""
        cluster = Cluster(self.url, self.clock, **pace)
        if self.engine.redis is not None:
            # Otherwise its job, the first one, would wait for one lease.
            self.engine.redis.ask("HSET", known_since(cluster.namespace), "since", "0")
        return cluster


def scaled(full: int, scale: float) -> int:
    """Return that share of a number, and at least a few."""
    return max(2, round(full * scale))


class Run(Protocol):
    """Does what a fault is about."""

    def __call__(self, stage: Stage, name: str, times: int, /) -> Sequence[Figure]:
        """Repeat it; return what came of it."""
        ...


@dataclass(frozen=True, slots=True)
class Control:
    """A fault without what protects from it: the damage must show, each time it is done."""

    left_out: str
    """The protection."""
    repetitions: int
    run: Run
    quick: int = 1
    """The repetitions of a test."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the catalogue."""

    name: str
    repetitions: int
    run: Run
    control: Control
    quick: int = 2
    """The repetitions of a test; none if tests cannot do it everywhere."""
    engines: tuple[str, ...] = ("postgresql",)
    """Where it is done."""
    is_for_all: bool = False
    """Whether it is the same for each store, and so is done to each."""
    needs_own_store: bool = False
    """Whether it troubles the store itself, so that no other fault can happen there meanwhile."""
