"""What PcDeleteJob says in the log."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from login.domain.departures import DeparturesTally
from login.domain.retirement import RetirementTally
from login.domain.retirement_brake import RetirementHold
from login.domain.retirement_ports import (
    Departing,
    RetirementCensus,
    StillReferencedError,
)
from login.domain.retirement_rule import RetirementRule
from servicekit.log_fields import as_text

_log = logging.getLogger(__name__)

_DAY_IN_SECONDS: Final = 86_400
_WAY_OUT: Final = (
    "see which PCs with DryRun, then POST /v1/jobs/pc-delete/acknowledge or raise MaxDeleteFraction"
)
_ODDITIES: Final = {
    "unknown_start": "PCs are offline since nobody knows when; their last change of status counts",
    "contradictory": "online PCs claim a start of being offline; they stay",
}


class PcDeleteLog:
    """Writes one line for a run, and more where something is odd.

    What is odd for many runs in a row is said when it begins.
    """

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._held_since: datetime | None = None
        self._oddities = dict.fromkeys(_ODDITIES, 0)

    def write(self, tally: RetirementTally) -> None:
        """Say what a run did; one that did not come to see the fleet has nothing to say."""
        if tally.census is None or tally.rule is None:
            return
        self._warn_of_oddities(tally.census)
        self._tell_of_hold(tally.hold)
        _tell_of_acknowledgement(tally)
        _tell_of_failures("retire", tally.retirement)
        _tell_of_failures("purge", tally.purge)
        if tally.rehearsal is not None:
            _list("retire", tally.rehearsal.retired, tally.rule)
            _list("purge", tally.rehearsal.purged, tally.rule)
        self._summarize(tally, tally.census, tally.rule)

    def _warn_of_oddities(self, census: RetirementCensus) -> None:
        for name, what in _ODDITIES.items():
            count: int = getattr(census, name)
            if count > self._oddities[name]:
                _log.warning("pc_delete %d %s", count, what, extra={name: count})
            self._oddities[name] = count

    def _tell_of_hold(self, hold: RetirementHold | None) -> None:
        if hold is None:
            if self._held_since is not None:
                _log.info("pc_delete is not held any more")
            self._held_since = None
            return
        fields = {
            "candidates": hold.candidates,
            "pcs": hold.live,
            "max_fraction": hold.max_fraction,
            "since": hold.since.isoformat(),
        }
        level = logging.DEBUG if hold.since == self._held_since else logging.ERROR
        _log.log(level, "pc_delete held %s: %s", as_text(fields), _WAY_OUT, extra=fields)
        self._held_since = hold.since

    def _summarize(
        self, tally: RetirementTally, census: RetirementCensus, rule: RetirementRule
    ) -> None:
        fields = {"mode": self._mode, **_summary(tally, census, rule)}
        is_quiet = not any((census.candidates, census.purgeable, tally.purge.failed))
        level = logging.DEBUG if is_quiet else logging.INFO
        _log.log(level, "pc_delete done %s", as_text(fields), extra=fields)


def _tell_of_acknowledgement(tally: RetirementTally) -> None:
    if tally.acknowledgement is not None:
        by = tally.acknowledgement.by
        _log.warning(
            "pc_delete goes on with many PCs, as acknowledged by %s",
            by,
            extra={"acknowledged_by": by},
        )


def _tell_of_failures(what: str, tally: DeparturesTally) -> None:
    for failure in tally.failures:
        fields = {
            "pc_id": failure.pc_id,
            "mac": None if failure.pc is None else failure.pc.mac.masked,
            "error": type(failure.error).__name__,
        }
        if isinstance(failure.error, StillReferencedError):
            fields["constraint"] = failure.error.constraint
        _log.error("pc_delete could not %s a PC %s", what, as_text(fields), extra=fields)
    unnamed = tally.failed - len(tally.failures)
    if unnamed:
        _log.error("pc_delete could not %s %d more PCs", what, unnamed, extra={"unnamed": unnamed})


def _list(what: str, pcs: Sequence[Departing], rule: RetirementRule) -> None:
    for pc in pcs:
        fields = {"pc_id": pc.id, "mac": pc.mac.masked, "days": _days(pc.since, rule)}
        _log.info("pc_delete would %s a PC %s", what, as_text(fields), extra=fields)


def _summary(
    tally: RetirementTally, census: RetirementCensus, rule: RetirementRule
) -> Mapping[str, object]:
    oldest = census.oldest_offline_since
    return {
        "candidates": census.candidates,
        "retired": tally.retirement.done,
        "purgeable": census.purgeable,
        "purged": tally.purge.done,
        "skipped_race": tally.retirement.skipped_race + tally.purge.skipped_race,
        "skipped_pinned": census.skipped_pinned,
        "skipped_in_session": census.skipped_in_session,
        "failed": tally.retirement.failed + tally.purge.failed,
        "remaining": tally.remaining,
        "oldest_offline_days": None if oldest is None else _days(oldest, rule),
        "held": tally.hold is not None,
        "dry_run": tally.rehearsal is not None,
        "duration_ms": round(tally.duration * 1000, 1),
    }


def _days(since: datetime, rule: RetirementRule) -> float:
    return round((rule.now - since).total_seconds() / _DAY_IN_SECONDS, 1)
