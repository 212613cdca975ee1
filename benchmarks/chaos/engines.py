"""The stores that leases can be in, each with nothing in it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from chaos.redis_server import REMEMBERS, RedisServer, running_redis
from chaos.server import Server, blank_data, running_server
from servicekit.testing.passing_folder import passing_folder


@dataclass(frozen=True, slots=True)
class Engine:
    """One of them."""

    name: str
    url: str
    postgresql: Server | None = None
    redis: RedisServer | None = None


@contextmanager
def _postgresql(blank: Path | None = None) -> Iterator[Engine]:
    with running_server(blank) as server:
        yield Engine("postgresql", server.url, server)


@contextmanager
def _sqlite(_blank: Path | None = None) -> Iterator[Engine]:
    with passing_folder("chaos") as folder:
        yield Engine("sqlite", f"sqlite:///{folder / 'leases.db'}")


@contextmanager
def _redis(_blank: Path | None = None) -> Iterator[Engine]:
    with running_redis(*REMEMBERS) as server:
        yield Engine("redis", server.url, redis=server)


def blank_of(engine: str) -> AbstractContextManager[Path | None]:
    """Return what several of that kind can begin with, if it takes long to make."""
    return blank_data() if engine == "postgresql" else nullcontext()


class MakeEngine(Protocol):
    """Makes a store, and removes it."""

    def __call__(self, blank: Path | None = None, /) -> AbstractContextManager[Engine]:
        """Make one, out of what `blank_of` has given."""
        ...


ENGINES: Final[dict[str, MakeEngine]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "redis": _redis,
}
