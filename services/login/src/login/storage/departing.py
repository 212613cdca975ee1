"""Which PCs are to go: the domain's rule in SQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    exists,
    func,
    literal_column,
    not_,
    or_,
)

from login.domain.pc import PcStatus, RemovedBy
from login.domain.retirement_rule import RetirementRule
from login.storage.models import NOBODY, AuthSessionRow, PcRow

# Written out, for SQLite uses a partial index only where it can see that its condition holds.
_OFFLINE: Final[ColumnElement[int]] = literal_column(str(PcStatus.OFFLINE.value))


def offline_since() -> SQLColumnExpression[datetime]:
    """Return when an offline PC went offline, as far as that is known."""
    return func.coalesce(PcRow.offline_start_time, PcRow.status_changed_at)


def is_silent(rule: RetirementRule) -> ColumnElement[bool]:
    """Return the condition that a PC is to be retired, but for pins and sessions."""
    start = PcRow.offline_start_time
    return and_(
        _is_offline(),
        # Follows from the rest; said for the sake of the index.
        or_(start < rule.latest_start, start.is_(None)),
        _has_been_away(rule),
    )


def is_retirable(rule: RetirementRule) -> ColumnElement[bool]:
    """Return the condition that a PC is to be retired."""
    return and_(is_silent(rule), not_(PcRow.pinned), not_(is_in_session(rule)))


def is_purgeable(rule: RetirementRule) -> ColumnElement[bool]:
    """Return the condition that a PC is to be purged."""
    return and_(
        PcRow.deleted_at < rule.purge_before,
        PcRow.deleted_by == RemovedBy.JOB.value,
        PcRow.mac != NOBODY,
        PcRow.status == _OFFLINE,
        not_(PcRow.pinned),
        not_(is_in_session(rule)),
    )


def is_in_session(rule: RetirementRule) -> ColumnElement[bool]:
    """Return the condition that somebody is signed in at a PC."""
    return exists().where(
        AuthSessionRow.pc_id == PcRow.id,
        AuthSessionRow.revoked_at.is_(None),
        AuthSessionRow.expires_at > rule.now,
    )


def has_unknown_start() -> ColumnElement[bool]:
    """Return the condition that it is not known since when an offline PC is offline."""
    return and_(_is_offline(), PcRow.offline_start_time.is_(None), not_(_was_never_seen()))


def is_claimed() -> ColumnElement[bool]:
    """Return the condition that a PC is purged and only its rows are left to be erased."""
    return and_(PcRow.mac == NOBODY, PcRow.deleted_at.is_not(None))


def _is_offline() -> ColumnElement[bool]:
    return and_(PcRow.status == _OFFLINE, PcRow.deleted_at.is_(None))


def _was_never_seen() -> ColumnElement[bool]:
    return and_(PcRow.last_keep_alive_at.is_(None), offline_since() <= PcRow.created_at)


def _has_been_away(rule: RetirementRule) -> ColumnElement[bool]:
    last = PcRow.last_keep_alive_at
    fell_silent = and_(
        not_(_was_never_seen()),
        offline_since() < rule.silent_before,
        or_(last.is_(None), last < rule.silent_before),
    )
    if rule.never_seen_before is None:
        return fell_silent
    return or_(fell_silent, and_(_was_never_seen(), PcRow.created_at < rule.never_seen_before))
