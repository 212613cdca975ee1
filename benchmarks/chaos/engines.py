"""The stores that leases can be in, each with nothing in it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final

from chaos.redis_server import REMEMBERS, RedisServer, running_redis
from chaos.server import Server, running_server
from servicekit.testing.passing_folder import passing_folder


@dataclass(frozen=True, slots=True)
class Engine:
    """One of them."""

    name: str
    url: str
    postgresql: Server | None = None
    redis: RedisServer | None = None


@contextmanager
def _postgresql() -> Iterator[Engine]:
    with running_server() as server:
        yield Engine("postgresql", server.url, server)


@contextmanager
def _sqlite() -> Iterator[Engine]:
    with passing_folder("chaos") as folder:
        yield Engine("sqlite", f"sqlite:///{folder / 'leases.db'}")


@contextmanager
def _redis() -> Iterator[Engine]:
    with running_redis(*REMEMBERS) as server:
        yield Engine("redis", server.url, redis=server)


ENGINES: Final[dict[str, Callable[[], AbstractContextManager[Engine]]]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "redis": _redis,
}
