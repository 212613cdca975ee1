"""Log lines about runs that have ended."""

import logging
from itertools import islice
from typing import Final

from loopjobs._mechanisms.reminders import Reminders
from loopjobs._run.log_fields import extra_of
from loopjobs._words.clock import Clock
from loopjobs._words.events import RunEnded
from loopjobs._words.outcomes import Outcome

_log = logging.getLogger("loopjobs")

_LEVELS: Final = {
    Outcome.SUCCEEDED: logging.DEBUG,
    Outcome.CANCELLED: logging.INFO,
    Outcome.ABANDONED: logging.ERROR,
}
_MOST_COUNTERS: Final = 50
"""So many counters are told; who reports more finds them all in the history."""
_FAILURES: Final = frozenset({Outcome.FAILED, Outcome.TIMED_OUT})


class RunLines:
    """Of failures in a row the first is an error, and one a minute from then on, with the count.

    The others are at DEBUG.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = Reminders()

    def write(self, event: RunEnded) -> None:
        """Write the line of a run, if its level is."""
        level = self._level_of(event)
        if _log.isEnabledFor(level):
            _write(event, level)

    def _level_of(self, event: RunEnded) -> int:
        record = event.record
        if record.outcome in _FAILURES:
            return logging.ERROR if self._is_news(event) else logging.DEBUG
        level = _LEVELS.get(record.outcome, logging.INFO)
        if any((record.reported or {}).values()) or event.recovered_after:
            level = max(level, logging.INFO)
        return level

    def _is_news(self, event: RunEnded) -> bool:
        if event.consecutive_failures <= 1:
            self._failures.forget(event.job)
        return self._failures.are_due(event.job, self._clock.monotonic())


def _write(event: RunEnded, level: int) -> None:
    record = event.record
    reported = record.reported or {}
    told = dict(islice(reported.items(), _MOST_COUNTERS))
    fields = {
        **told,
        "job": record.job,
        "run_id": record.run_id,
        "outcome": record.outcome.value,
        "duration": record.duration,
    }
    text = f"{record.job}: run {record.run_id} {record.outcome} after {record.duration:.3f} s"
    if told:
        text += ", " + ", ".join(f"{name}={value:g}" for name, value in told.items())
    if len(reported) > len(told):
        text += f" and {len(reported) - len(told)} more counters"
    if event.consecutive_failures > 1:
        text += f"; {event.consecutive_failures} failures in a row"
        fields["consecutive_failures"] = event.consecutive_failures
    if event.recovered_after:
        text += f"; recovered after {event.recovered_after} failures in a row"
    if record.error:
        text += f": {record.error}"
        fields["error"] = record.error
    if record.traceback:
        text += f"\n{record.traceback.rstrip()}"
        fields["traceback"] = record.traceback.rstrip()
    _log.log(level, "%s", text, extra=extra_of(fields))
