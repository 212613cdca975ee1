"""Log lines about slots that pass without a run."""

import logging
from typing import Final

from loopjobs._mechanisms.reminders import Reminders
from loopjobs._run.log_fields import extra_of
from loopjobs._words.clock import Clock
from loopjobs._words.events import RunEnded, SlotsSkipped
from loopjobs._words.outcomes import Outcome

_log = logging.getLogger("loopjobs")

_TROUBLE: Final = frozenset(
    {Outcome.SKIPPED_RUNNING, Outcome.SKIPPED_LEASE_UNAVAILABLE, Outcome.MISSED}
)
_STATES: Final = (Outcome.SKIPPED_RUNNING, Outcome.SKIPPED_LEASE_UNAVAILABLE)
"""Trouble that lasts, and so has an end; slots that were missed are over when they are told."""


class SkipLines:
    """Of slots skipped for the same reason the first is a warning, and one a minute from then on.

    A reminder counts the slots since the last line of its kind. The others are at DEBUG. When a run
    succeeds and no slot was skipped while it was in progress, one line says that it is over.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reminders = Reminders()
        self._untold: dict[tuple[str, Outcome], int] = {}
        self.spells: dict[tuple[str, Outcome], _Spell] = {}
        """Where slots are skipped, so that the next plain success of the job is news."""

    def write(self, event: SlotsSkipped) -> None:
        """Write the line of some slots."""
        if event.outcome not in _TROUBLE:
            _write(event, logging.DEBUG, event.count, "")
            return
        kind, now = (event.job, event.outcome), self._clock.monotonic()
        untold = self._untold.pop(kind, 0) + event.count
        if self._reminders.are_due(kind, now):
            since = " since the last such line" if untold > event.count else ""
            _write(event, logging.WARNING, untold, since)
            if event.outcome in _STATES and kind not in self.spells:
                self.spells[kind] = _Spell(untold - event.count)
        else:
            self._untold[kind] = untold
            _write(event, logging.DEBUG, event.count, "")
        # What nobody was told of need not be called off.
        if (spell := self.spells.get(kind)) is not None:
            spell.count += event.count
            spell.last = now

    def note_end(self, event: RunEnded) -> None:
        """Say that slots are run again, if that is what the end of a run means."""
        if event.record.outcome is not Outcome.SUCCEEDED:
            return
        began = self._clock.monotonic() - event.record.duration
        for outcome in _STATES:
            spell = self.spells.get((event.job, outcome))
            if spell is not None and spell.last < began:
                del self.spells[event.job, outcome]
                _write_recovery(event.job, outcome, spell.count)


class _Spell:
    """Slots of one job that were skipped for one reason, with no good run in between."""

    __slots__ = ("count", "last")

    def __init__(self, count: int) -> None:
        self.count = count
        self.last = 0.0


def _write(event: SlotsSkipped, level: int, count: int, since: str) -> None:
    slots = "a slot" if count == 1 else f"{count} slots"
    running = "" if event.running_for is None else f"; running for {event.running_for:.1f} s"
    fields: dict[str, object] = {
        "job": event.job,
        "outcome": event.outcome.value,
        "count": count,
    }
    if event.running_for is not None:
        fields["running_for"] = event.running_for
    why = "" if event.why is None else f": {event.why}"
    _log.log(
        level,
        "%s: %s %s%s%s%s",
        event.job,
        slots,
        event.outcome,
        since,
        running,
        why,
        extra=extra_of(fields),
    )


def _write_recovery(job: str, outcome: Outcome, count: int) -> None:
    _log.info(
        "%s: slots are run again; %d %s",
        job,
        count,
        outcome,
        extra=extra_of({"job": job, "recovered_from": outcome.value, "count": count}),
    )
