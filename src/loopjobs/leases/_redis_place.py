"""A server of Redis, read from a URL."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from loopjobs._extras import what_is_missing

REDIS_SCHEMES: Final = ("redis", "rediss", "unix")


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """A server."""

    url: str
    shown: str
    """What may be logged: host and database."""


def read_redis_place(url: str) -> RedisPlace:
    """Tell where a URL leads.

    Raises:
        ValueError: it leads nowhere; the message does not repeat the URL, which may be a secret.
    """
    if missing := what_is_missing("redis", "redis"):
        raise ValueError(missing)
    # An extra: the other stores do without it.
    from redis import ConnectionPool  # noqa: PLC0415

    try:
        ConnectionPool.from_url(url)
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except (TypeError, ValueError):
        raise ValueError("is not a URL of Redis, such as redis://localhost:6379/0") from None
    if parts.scheme != "unix" and not parts.hostname:
        raise ValueError("must name a server, as in redis://localhost:6379/0")
    return RedisPlace(url, f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}")
