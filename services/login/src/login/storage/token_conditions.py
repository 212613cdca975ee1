"""The rules of retention, as conditions on rows."""

from sqlalchemy import ColumnElement, and_, exists, or_, select

from login.domain.token_retention import Cutoffs
from login.domain.token_search import TokenKind
from login.storage.models import AuthSessionRow, OneTimeTokenRow, RefreshTokenRow


def can_go(kind: TokenKind, cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Return whether a row of this kind can go at this very moment."""
    match kind:
        case TokenKind.ONE_TIME:
            return OneTimeTokenRow.expires_at < cutoffs.expired_before
        case TokenKind.REFRESH:
            long_revoked = _of_its_session(session_is_long_revoked(cutoffs))
            return or_(can_go_by_itself(cutoffs), long_revoked)
        case TokenKind.SESSION:
            has_token = exists().where(RefreshTokenRow.session_id == AuthSessionRow.id)
            return and_(session_is_over(cutoffs), ~has_token)


def can_go_by_itself(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Return whether a refresh token can go, however young the end of its session is.

    Its session is asked for only where it matters.
    """
    token = RefreshTokenRow
    expired = token.expires_at < cutoffs.expired_before
    session_over = _of_its_session(session_is_over(cutoffs))
    betrays_nobody = and_(expired, or_(token.consumed_at.is_(None), session_over))
    if cutoffs.consumed_before is None:
        return betrays_nobody
    return or_(_was_consumed_long_ago(cutoffs), betrays_nobody)


def cannot_go_by_itself(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Return whether a refresh token can go only together with a session revoked long ago."""
    unexpired = RefreshTokenRow.expires_at >= cutoffs.expired_before
    if cutoffs.consumed_before is None:
        return unexpired
    return and_(unexpired, ~_was_consumed_long_ago(cutoffs))


def session_is_over(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Return whether a session can never be used again, and was kept for long enough."""
    expired = AuthSessionRow.expires_at < cutoffs.expired_before
    return or_(expired, session_is_long_revoked(cutoffs))


def session_is_long_revoked(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Return whether a session was revoked, and was kept for long enough."""
    revoked_at = AuthSessionRow.revoked_at
    return and_(revoked_at.is_not(None), revoked_at < cutoffs.revoked_before)


def session_keeps_no_token(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Return whether all tokens of a session that has expired can go, or are gone."""
    own = RefreshTokenRow.session_id == AuthSessionRow.id
    keeps_one = exists().where(own, cannot_go_by_itself(cutoffs))
    return or_(session_is_long_revoked(cutoffs), ~keeps_one)


def _was_consumed_long_ago(cutoffs: Cutoffs) -> ColumnElement[bool]:
    consumed_at = RefreshTokenRow.consumed_at
    return and_(consumed_at.is_not(None), consumed_at < cutoffs.consumed_before)


def _of_its_session(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    # A scalar and no join: so the session is looked up by its key, and for the rows at hand only,
    # whatever a planner thinks of the two tables.
    return (
        select(condition)
        .where(AuthSessionRow.id == RefreshTokenRow.session_id)
        .correlate(RefreshTokenRow)
        .scalar_subquery()
    )
