"""When a token, or a session, can never again matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The lines between old and too old, fixed once for a whole run; each is strict.

    A refresh token can go when

    - it expired before the line, and was never consumed or its session expired before the line
      too. A consumed token of a session that could still be used stays: it is what betrays a
      thief who uses it again;
    - or its session was revoked before the line;
    - or it was consumed before the line, if there is one for that.

    A session can go when it expired or was revoked before the line, and no token of it remains.
    """

    expired_before: datetime
    revoked_before: datetime
    consumed_before: datetime | None = None
    """`None`: consumed tokens stay until their session is over."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is over is kept, for audits and for questions."""

    expired: timedelta = timedelta(days=1)
    revoked: timedelta = timedelta(days=7)
    consumed: timedelta | None = None
    """`None`: until the session is over."""

    def cutoffs(self, now: datetime) -> Cutoffs:
        """Return the lines as they stand now."""
        return Cutoffs(
            expired_before=now - self.expired,
            revoked_before=now - self.revoked,
            consumed_before=None if self.consumed is None else now - self.consumed,
        )
