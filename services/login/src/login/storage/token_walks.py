"""The ways along indexes on which the cleanup walks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Tuple,
    and_,
    func,
    literal,
    select,
    true,
    tuple_,
    type_coerce,
)

from login.domain.token_retention import Cutoffs
from login.domain.token_search import Place, Search
from login.storage.models import AuthSessionRow, OneTimeTokenRow, RefreshTokenRow
from login.storage.token_conditions import (
    can_go_by_itself,
    session_is_long_revoked,
    session_keeps_no_token,
)
from servicekit.database import UtcDateTime


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows of one table in order of an indexed instant, and which of them are wanted."""

    at: SQLColumnExpression[datetime]
    id: SQLColumnExpression[int]
    along: ColumnElement[bool]
    """Where the way begins and ends on the index."""
    wanted: ColumnElement[bool]
    """Whether a row of it can go."""

    def steps(self, after: Place | None, length: int) -> Select[datetime, int]:
        """Select the next so many rows."""
        return (
            select(self.at, self.id)
            .where(self.between(after, None))
            .order_by(self.at, self.id)
            .limit(length)
        )

    def end(self, after: Place | None, length: int) -> Select[datetime, int]:
        """Select the last of the next so many rows; there is none if fewer lie ahead."""
        return self.steps(after, length).offset(length - 1).limit(1)

    def ids(self, after: Place | None, end: Place | None) -> Select[int]:
        """Select what can go from one place to another, which belongs to it."""
        rows = self.between(after, end)
        return select(self.id).where(rows, self.wanted).order_by(self.at, self.id)

    def count(self, after: Place | None, end: Place | None) -> Select[int, datetime]:
        """Count the same rows; with the instant of the oldest."""
        rows = self.between(after, end)
        return select(func.count(), func.min(self.at)).where(rows, self.wanted)

    def between(self, after: Place | None, end: Place | None) -> ColumnElement[bool]:
        """Return whether a row lies on the way from one place to another."""
        here = tuple_(self.at, self.id)
        beyond = true() if after is None else here > _as_row(after)
        if end is None:
            return and_(self.along, beyond)
        # In place of where the way ends: of two upper bounds SQLite seeks with one, and with the
        # further one each look would read all the rest of the way.
        no_later = self.at <= literal(end.at, UtcDateTime)
        return and_(no_later, beyond, here <= _as_row(end))


def _as_row(place: Place) -> Tuple:
    # With their types: a number by itself would be taken for one of 32 bits.
    return tuple_(literal(place.at, UtcDateTime), literal(place.id, BigInteger))


def one_time_tokens(cutoffs: Cutoffs) -> Walk:
    """Walk along one-time tokens that have expired."""
    token = OneTimeTokenRow
    expired = token.expires_at < cutoffs.expired_before
    return Walk(token.expires_at, token.id, along=expired, wanted=true())


def refresh_tokens(cutoffs: Cutoffs) -> Walk:
    """Walk along refresh tokens that have expired, or all where consumed ones need not have."""
    token = RefreshTokenRow
    expired = token.expires_at < cutoffs.expired_before
    along = expired if cutoffs.consumed_before is None else true()
    return Walk(token.expires_at, token.id, along, wanted=can_go_by_itself(cutoffs))


def expired_sessions(cutoffs: Cutoffs) -> Walk:
    """Walk along sessions that have expired."""
    session = AuthSessionRow
    expired = session.expires_at < cutoffs.expired_before
    return Walk(session.expires_at, session.id, expired, wanted=session_keeps_no_token(cutoffs))


def revoked_sessions(cutoffs: Cutoffs) -> Walk:
    """Walk along sessions that were revoked long ago; those are wanted that have not expired."""
    session = AuthSessionRow
    unexpired = session.expires_at >= cutoffs.expired_before
    along = session_is_long_revoked(cutoffs)
    revoked_at = type_coerce(session.revoked_at, UtcDateTime)  # none is NULL along this way
    return Walk(revoked_at, session.id, along, wanted=unexpired)


WALKS = {
    Search.ONE_TIME_BY_EXPIRY: one_time_tokens,
    Search.REFRESH_BY_EXPIRY: refresh_tokens,
    Search.SESSION_BY_EXPIRY: expired_sessions,
    Search.SESSION_BY_REVOCATION: revoked_sessions,
}
"""The ways that go along the very table in which rows are wanted."""
