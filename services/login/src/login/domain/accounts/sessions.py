"""Sessions: a sign-in and all that is refreshed from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto


class RevokeReason(StrEnum):
    """Why a session ended before its time."""

    LOGOUT = "logout"
    CLIENT = "client"
    """The holder of a refresh token gave it back."""
    REUSE = "reuse"
    """A refresh token came again that had been exchanged: somebody else may have it, too."""
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name, no secret
    USER_DISABLED = "user_disabled"


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts."""

    refresh_lifetime: timedelta
    """From refresh to refresh."""
    longest: timedelta
    """From sign-in; no refresh moves it."""
    reuse_grace: timedelta
    """How long a refresh token may come again: two tabs, or an answer that got lost."""

    def cap(self, began: datetime) -> datetime:
        """Return when a session ends that begins now, however often it is refreshed."""
        return began + self.longest

    def expiry(self, now: datetime, cap: datetime) -> datetime:
        """Return when a refresh token expires that is issued now."""
        return min(now + self.refresh_lifetime, cap)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that goes on."""

    id: int
    user_id: int
    pc_id: int | None
    scopes: frozenset[str]
    """What the user may do at this moment."""
    expires_at: datetime

    @property
    def subject(self) -> str:
        """Its user, as access tokens say it."""
        return f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A refresh token that somebody shows, with what is known about its session."""

    id: int
    issued_at: datetime
    expires_at: datetime
    consumed_at: datetime | None
    session: Session
    session_is_over: bool
    """Revoked, expired, or of a user who is disabled."""
    cap: datetime

    def is_live(self, now: datetime) -> bool:
        """Return whether it could be exchanged now."""
        return self.consumed_at is None and now < self.expires_at and not self.session_is_over


class Verdict(Enum):
    """What becomes of a refresh token that somebody shows."""

    EXCHANGE = auto()
    SIBLING = auto()
    """It was exchanged a moment ago: another one is issued beside its successor."""
    REUSED = auto()
    """It was exchanged before: the session ends."""
    REFUSE = auto()


def judge(token: PresentedToken, grace: timedelta, now: datetime) -> Verdict:
    """Decide about a refresh token."""
    if token.session_is_over:
        return Verdict.REFUSE
    if token.consumed_at is None:
        return Verdict.EXCHANGE if now < token.expires_at else Verdict.REFUSE
    # Without grace not even a consumption that another clock puts in the future excuses it.
    if not grace or now >= token.consumed_at + grace:
        return Verdict.REUSED
    return Verdict.SIBLING if now < token.expires_at else Verdict.REFUSE
