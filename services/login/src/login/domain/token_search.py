"""How tokens and sessions are looked for that can go."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple


class TokenKind(StrEnum):
    """What is cleaned, in the order in which it is: children before their parents."""

    ONE_TIME = "one_time"
    REFRESH = "refresh"
    SESSION = "sessions"


class Search(Enum):
    """A way along an index on which rows are found that can go; no row lies on two ways."""

    ONE_TIME_BY_EXPIRY = TokenKind.ONE_TIME, "expiry"
    REFRESH_BY_EXPIRY = TokenKind.REFRESH, "expiry"
    """Expired tokens; all tokens where consumed ones may go before they expire."""
    REFRESH_BY_REVOCATION = TokenKind.REFRESH, "revocation"
    """Tokens of sessions revoked long ago that are not found by their own expiry."""
    SESSION_BY_EXPIRY = TokenKind.SESSION, "expiry"
    SESSION_BY_REVOCATION = TokenKind.SESSION, "revocation"
    """Sessions revoked long ago that are not found by their expiry."""

    @property
    def kind(self) -> TokenKind:
        """What is found on this way."""
        return self.value[0]


class Place(NamedTuple):
    """How far a search has come. Only the store that gave it knows what it means."""

    at: datetime
    id: int
    child: int = 0


class Found(NamedTuple):
    """What a search found in one look."""

    ids: Sequence[int]
    """Rows that could go when they were looked at, in order."""
    end: Place | None
    """Where the next look begins; `None`: there is nothing beyond."""


class Backlog(NamedTuple):
    """What lies on a way and can go."""

    rows: int
    oldest: datetime | None
    """When the oldest of them expired, or was revoked."""
