"""What a sweep says in the log."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from login.domain.brakes import BrakeRules, Hold, is_mass_offline
from login.domain.staleness import Census
from login.domain.sweep import SweepTally
from loopjobs import Clock
from servicekit.log_fields import as_text

_log = logging.getLogger(__name__)

_ALARMING_FRACTION: Final = 0.5


class SweepLog:
    """Writes one line for a sweep, and warnings where something is odd.

    What is odd for many sweeps in a row is said when it begins.
    """

    def __init__(self, brakes: BrakeRules, clock: Clock) -> None:
        self._brakes = brakes
        self._clock = clock
        self._from_the_future = 0

    def write(self, tally: SweepTally) -> None:
        """Say what a sweep did; one that did not come to see the fleet has nothing to say."""
        census = tally.census
        if census is None:
            return
        self._warn_of_wrong_clocks(census)
        self._warn_of_mass_offline(census)
        self._warn_of_hold(tally.hold, census)
        _warn_of_failures(tally)
        self._summarize(tally, census)

    def _warn_of_wrong_clocks(self, census: Census) -> None:
        if census.from_the_future > self._from_the_future:
            _log.warning(
                "pc_keep_alive %d PCs were last heard in the future; was the server's clock wrong?",
                census.from_the_future,
                extra={"from_the_future": census.from_the_future},
            )
        self._from_the_future = census.from_the_future

    def _warn_of_mass_offline(self, census: Census) -> None:
        is_off = self._brakes.mass_offline_max_fraction >= 1
        if is_off and is_mass_offline(census, self._brakes, _ALARMING_FRACTION):
            _log.warning(
                "pc_keep_alive mass offline, and MassOfflineMaxFraction is off: stale=%d online=%d",
                census.stale,
                census.online,
                extra={"stale": census.stale, "online": census.online},
            )

    def _warn_of_hold(self, hold: Hold | None, census: Census) -> None:
        if hold is None or not hold.is_new:
            return
        fields = {
            "reason": hold.reason.value,
            "stale": census.stale,
            "online": census.online,
            "hold_ends": (self._clock.now() + timedelta(seconds=hold.remaining)).isoformat(),
        }
        _log.warning("pc_keep_alive sweep held %s", as_text(fields), extra=fields)

    def _summarize(self, tally: SweepTally, census: Census) -> None:
        fields = _summary(tally, census, self._clock.now())
        is_news = census.stale > 0 and (tally.hold is None or tally.hold.is_new)
        level = logging.INFO if is_news else logging.DEBUG
        _log.log(level, "pc_keep_alive sweep done %s", as_text(fields), extra=fields)


def _warn_of_failures(tally: SweepTally) -> None:
    for failure in tally.failures:
        fields = {
            "pc_id": failure.pc.id,
            "mac": failure.pc.mac.masked,
            "error": type(failure.error).__name__,
        }
        _log.warning("pc_keep_alive could not mark a PC %s", as_text(fields), extra=fields)
    unnamed = tally.failed - len(tally.failures)
    if unnamed:
        _log.warning(
            "pc_keep_alive could not mark %d more PCs", unnamed, extra={"unnamed": unnamed}
        )


def _summary(tally: SweepTally, census: Census, now: datetime) -> Mapping[str, object]:
    oldest = census.oldest_stale
    return {
        "scanned_online": census.online,
        "stale": census.stale,
        "unreadable": census.unreadable,
        "marked": tally.marked,
        "skipped_race": tally.skipped_race,
        "failed": tally.failed,
        "duration_ms": round(tally.duration * 1000, 1),
        "oldest_stale_s": None if oldest is None else round((now - oldest).total_seconds(), 1),
    }
