"""Chooses the store that a URL names."""

from typing import Protocol

from loopjobs import Clock, Fence, LeaseStore
from loopjobs.places import PostgresqlPlace, read_place


class Leases(Protocol):
    """A place where leases are kept; a `LeaseStoreSource`."""

    @property
    def fence(self) -> Fence | None:
        """What binds transactions there to a lease; `None` where there are no transactions."""
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
        clock: Bounds each call.

    Raises:
        ValueError: the URL names no store.
    """
    place = _place_of(url)
    # An extra, and costly to import: the other stores do without psycopg.
    from loopjobs.leases._postgresql import PostgresqlLeases  # noqa: PLC0415

    return PostgresqlLeases(place, namespace, clock)


def _place_of(url: str) -> PostgresqlPlace:
    if not url.startswith(("postgres:", "postgresql:", "postgresql+psycopg:")):
        raise ValueError("must begin with postgresql://")
    place = read_place(url)
    if not isinstance(place, PostgresqlPlace):
        raise TypeError("a URL of PostgreSQL leads to PostgreSQL")
    return place
