"""A person who signs in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: int
    username: str
    scopes: frozenset[str]
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None

    def is_locked(self, now: datetime) -> bool:
        """Return whether too many wrong passwords keep everybody out."""
        return self.locked_until is not None and now < self.locked_until

    def may_sign_in(self, now: datetime) -> bool:
        """Return whether the right password is enough."""
        return self.disabled_at is None and not self.is_locked(now)


@dataclass(frozen=True, slots=True)
class KnownPassword:
    """A user with the hash of the password."""

    user: User
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lockout:
    """So many wrong passwords in a row close an account for a while."""

    failures: int
    duration: timedelta
