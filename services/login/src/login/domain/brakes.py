"""Reasons to doubt that silent PCs are really off, and how long to go on doubting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from login.domain.staleness import Census


class HoldReason(StrEnum):
    """Why a sweep marks nobody for the moment."""

    STARTUP = "startup"
    """The service has just started: PCs could not be heard while it was down."""
    MASS_OFFLINE = "mass_offline"
    """Too large a share fell silent at once."""
    BLIND = "blind"
    """Nobody at all was heard for a while: it may be us."""


@dataclass(frozen=True, slots=True)
class BrakeRules:
    """When to hold, and for how long at the most; durations in seconds."""

    startup_grace: float = 0.0
    mass_offline_max_fraction: float = 1.0
    """More than this share of the online PCs stale at once is a mass offline; 1 is never."""
    mass_offline_min_count: int = 50
    """Fewer stale PCs (for blindness: fewer online ones) are no mass."""
    mass_offline_hold: float = 900.0
    """The longest hold; a brake that never lets go is worse than none."""
    ingest_silence: float | None = None
    """The newest keep-alive of the fleet older than this means blindness."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A sweep is held."""

    reason: HoldReason
    remaining: float
    """Seconds until it proceeds, if nothing changes before."""
    is_new: bool
    """Whether the sweep before was not held for this reason."""


class Brakes:
    """Remembers when a hold began, so that it ends.

    Mass offline and blindness share one hold: they are two views of the same doubt, and must not
    take turns in prolonging it.

    Args:
        rules: when to hold.
        started_at: the monotonic time at which the service started.
    """

    def __init__(self, rules: BrakeRules, started_at: float) -> None:
        self._rules = rules
        self._started_at = started_at
        self._doubt_since: float | None = None
        self._last_reason: HoldReason | None = None

    def check(self, census: Census, now: datetime, monotonic: float) -> Hold | None:
        """Return the hold that this sweep is under, or `None` if it may mark."""
        reason = self._reason(census, now, monotonic)
        ends_at = self._end_of(reason, monotonic)
        if reason is None or monotonic >= ends_at:
            self._last_reason = None
            return None
        hold = Hold(reason, ends_at - monotonic, is_new=reason is not self._last_reason)
        self._last_reason = reason
        return hold

    def _reason(self, census: Census, now: datetime, monotonic: float) -> HoldReason | None:
        if census.stale == 0:
            return None
        if monotonic < self._started_at + self._rules.startup_grace:
            return HoldReason.STARTUP
        if self._is_blind(census, now):
            return HoldReason.BLIND
        if is_mass_offline(census, self._rules, self._rules.mass_offline_max_fraction):
            return HoldReason.MASS_OFFLINE
        return None

    def _is_blind(self, census: Census, now: datetime) -> bool:
        silence = self._rules.ingest_silence
        if silence is None or census.online < self._rules.mass_offline_min_count:
            return False
        return census.newest is None or now - census.newest > timedelta(seconds=silence)

    def _end_of(self, reason: HoldReason | None, monotonic: float) -> float:
        if reason is HoldReason.STARTUP:
            return self._started_at + self._rules.startup_grace
        if reason is None:
            self._doubt_since = None
            return monotonic
        if self._doubt_since is None:
            self._doubt_since = monotonic
        return self._doubt_since + self._rules.mass_offline_hold


def is_mass_offline(census: Census, rules: BrakeRules, fraction: float) -> bool:
    """Return whether more than that fraction of the online PCs is stale, and enough of them."""
    return census.stale >= rules.mass_offline_min_count and census.stale > fraction * census.online
