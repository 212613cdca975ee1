"""Chooses the store that a URL names."""

import importlib.util
from pathlib import Path
from typing import Protocol, TypeAlias

from loopjobs import Clock, Fence, LeaseStore
from loopjobs.leases._redis_place import REDIS_SCHEMES, RedisPlace, read_redis_place
from loopjobs.places import PostgresqlPlace, SqlitePlace, read_place

_Place: TypeAlias = PostgresqlPlace | SqlitePlace | RedisPlace


class Leases(Protocol):
    """A place where leases are kept; a `LeaseStoreSource`."""

    @property
    def fence(self) -> Fence | None:
        """What binds transactions there to a lease; `None` where nothing does."""
        ...

    def connect(self, timeout: float) -> LeaseStore:
        """Connect once more."""
        ...


def check_url(url: str) -> None:
    """Check that leases can be kept where a URL leads; nothing is connected to.

    Raises:
        ValueError: they cannot; the message does not repeat the URL, which may be a secret.
    """
    _place_of(url)


def source_of(url: str, namespace: str, clock: Clock) -> Leases:
    """Return where the leases are; nothing is connected to.

    Args:
        url: As in `LeasesOptions`.
        namespace: As in `LeasesOptions`.
        clock: Bounds each call; that of the store, if it is in SQLite.

    Raises:
        ValueError: the URL names no store.
    """
    # Each is imported where it is wanted: an extra, or not to be had on every system.
    match _place_of(url):
        case PostgresqlPlace() as place:
            from loopjobs.leases._postgresql import PostgresqlLeases  # noqa: PLC0415

            return PostgresqlLeases(place, namespace, clock)
        case RedisPlace() as place:
            from loopjobs.leases._redis import RedisLeases  # noqa: PLC0415

            return RedisLeases(place, namespace)
        case SqlitePlace() as place:
            from loopjobs.leases._machine import Machine  # noqa: PLC0415
            from loopjobs.leases._sqlite import SqliteLeases  # noqa: PLC0415

            return SqliteLeases(Path(place.file), namespace, Machine.of_this_process(clock))


def _place_of(url: str) -> _Place:
    scheme = url.partition(":")[0]
    if scheme in REDIS_SCHEMES:
        return read_redis_place(url)
    if scheme.partition("+")[0] not in {"postgres", "postgresql", "sqlite"}:
        raise ValueError("must begin with postgresql://, redis:// or sqlite:///")
    place = read_place(url)
    if isinstance(place, SqlitePlace):
        _check_sqlite(place)
    return place


def _check_sqlite(place: SqlitePlace) -> None:
    if place.is_uri:
        raise ValueError("must name a file, without SQLite's own parameters")
    if importlib.util.find_spec("fcntl") is None:
        raise ValueError(
            "needs file locks that end with a process, which Windows does not have;"
            " keep the leases in PostgreSQL"
        )
