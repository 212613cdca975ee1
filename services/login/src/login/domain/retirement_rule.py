"""When a PC has been away for so long that it goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from login.domain.pc import Pc, PcStatus, RemovedBy

_THE_NEXT_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class RetirementRule:
    """The lines between staying, retired and purged, fixed once for a whole run.

    Two signals must agree before a PC goes: when it went offline, and when it was last heard. A
    start of being offline that is not known is never infinitely old: the last change of status
    stands in for it.
    """

    now: datetime
    silent_before: datetime
    """A PC that went offline, and was last heard, strictly before this is retired."""
    never_seen_before: datetime | None
    """A PC that was never online is retired if it was created strictly before this; `None` is
    never."""
    purge_before: datetime
    """A PC that was retired strictly before this is purged."""

    @property
    def latest_start(self) -> datetime:
        """Nobody who went offline at this instant or later is retired."""
        return max(self.silent_before, self.never_seen_before or self.silent_before)

    def retires(self, pc: Pc, *, in_session: bool) -> bool:
        """Return whether a PC is retired.

        Args:
            pc: the PC.
            in_session: whether somebody who signed in at it has not signed out since.
        """
        return pc.deleted_at is None and _may_go(pc, in_session=in_session) and self._is_silent(pc)

    def purges(self, pc: Pc, *, in_session: bool) -> bool:
        """Return whether a retired PC is purged; whom an administrator removed stays.

        Args:
            pc: the PC.
            in_session: as above.
        """
        return (
            pc.deleted_by is RemovedBy.JOB
            and pc.deleted_at is not None
            and pc.deleted_at < self.purge_before
            and _may_go(pc, in_session=in_session)
        )

    def _is_silent(self, pc: Pc) -> bool:
        if was_never_seen(pc):
            return self.never_seen_before is not None and pc.created_at < self.never_seen_before
        last = pc.last_keep_alive_at
        return offline_since(pc) < self.silent_before and (
            last is None or last < self.silent_before
        )


@dataclass(frozen=True, slots=True)
class RetirementAges:
    """How long a PC has to be away."""

    delete_after: timedelta = timedelta(days=90)
    purge_after: timedelta = timedelta(days=30)
    """After retirement. Zero purges in the run that retires."""
    never_seen_after: timedelta | None = timedelta(days=7)

    def draw_the_lines(self, now: datetime) -> RetirementRule:
        """Return the rule of a run that starts now."""
        never_seen = self.never_seen_after
        return RetirementRule(
            now=now,
            silent_before=now - self.delete_after,
            never_seen_before=None if never_seen is None else now - never_seen,
            purge_before=now - self.purge_after if self.purge_after else now + _THE_NEXT_INSTANT,
        )


def offline_since(pc: Pc) -> datetime:
    """Return when an offline PC went offline, as far as that is known."""
    return pc.offline_start_time or pc.status_changed_at


def was_never_seen(pc: Pc) -> bool:
    """Return whether an offline PC was registered by somebody else, and never online since."""
    return pc.last_keep_alive_at is None and offline_since(pc) <= pc.created_at


def _may_go(pc: Pc, *, in_session: bool) -> bool:
    return pc.status is PcStatus.OFFLINE and not pc.pinned and not in_session
