"""What an UPDATE sets when a PC is heard or falls silent, is changed or brought back."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, literal

from login.domain.pc import PcStatus, StatusReason
from login.storage.models import PcRow
from servicekit.database import UtcDateTime, is_readable_instant


def heard(now: datetime | ColumnElement[datetime]) -> dict[str, object]:
    """Return the changes for a PC that was just heard; when may stand in a column, too.

    Where it is online already, all about its status keeps its value. So the UPDATE needs no look
    at the row before, and no sweep can come between the look and the UPDATE. A status that is as
    old as that moment is news.
    """
    # Typed by us: what the driver makes of a datetime in a CASE may have lost its zone.
    this_moment = literal(now, UtcDateTime()) if isinstance(now, datetime) else now
    last = PcRow.last_keep_alive_at
    was_heard_later = and_(is_readable_instant(last), last > this_moment)
    was_online = PcRow.status == PcStatus.ONLINE
    return {
        "status": PcStatus.ONLINE,
        "status_reason": case(
            (was_online, PcRow.status_reason), else_=StatusReason.KEEP_ALIVE.value
        ),
        "status_changed_at": case((was_online, PcRow.status_changed_at), else_=this_moment),
        "last_keep_alive_at": case((was_heard_later, last), else_=this_moment),
        "offline_start_time": None,
        "updated_at": case((was_online, PcRow.updated_at), else_=this_moment),
        "version": case((was_online, PcRow.version), else_=PcRow.version + 1),
    }


def fallen_silent(now: datetime, reason: StatusReason) -> dict[str, object]:
    """Return the changes for an online PC that is offline from now on."""
    return {
        "status": PcStatus.OFFLINE,
        "status_reason": reason.value,
        "status_changed_at": now,
        "offline_start_time": now,
        "updated_at": now,
        "version": PcRow.version + 1,
    }


def renewed(now: datetime) -> dict[str, object]:
    """Return what changes with every change that somebody makes."""
    return {"updated_at": now, "version": PcRow.version + 1}


def not_removed() -> dict[str, object]:
    """Return the changes for a PC whose removal is undone."""
    return {"deleted_at": None, "deleted_by": None}
