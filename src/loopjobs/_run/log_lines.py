"""Log lines: one listener among others."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from loopjobs._words.events import (
    Event,
    JobPaused,
    JobResumed,
    LoopDied,
    LoopStarted,
    LoopStopped,
    OptionsChanged,
    RunEnded,
    RunOverstayed,
    SlotsSkipped,
)
from loopjobs._words.outcomes import Outcome

_log = logging.getLogger("loopjobs")

_REMINDER: Final = timedelta(minutes=1)

_LEVELS = {
    Outcome.SUCCEEDED: logging.DEBUG,
    Outcome.CANCELLED: logging.INFO,
    Outcome.SKIPPED_RUNNING: logging.WARNING,
    Outcome.MISSED: logging.WARNING,
    Outcome.ABANDONED: logging.ERROR,
}

_FAILURES = frozenset({Outcome.FAILED, Outcome.TIMED_OUT})


class LogLines:
    """Writes what happens to the standard logger `loopjobs`, with fields in `extra`.

    Of failures in a row the first is an error, and one a minute from then on, with the count; the
    others are at DEBUG.
    """

    def __init__(self) -> None:
        self._failure_told: dict[str, datetime] = {}

    @property
    def writes_every_run(self) -> bool:
        """Whether a run that went as it should gets a line, which is at DEBUG."""
        return _log.isEnabledFor(logging.DEBUG)

    def __call__(self, event: Event, /) -> None:
        """Write the event, if it is worth a line."""
        if isinstance(event, RunEnded):
            _run_ended(event, self._level_of(event))
        elif isinstance(event, SlotsSkipped):
            _slots_skipped(event)
        elif isinstance(event, RunOverstayed):
            _overstayed(event)
        elif isinstance(event, LoopDied):
            _died(event)
        else:
            _milestone(event)

    def _level_of(self, event: RunEnded) -> int:
        record = event.record
        if record.outcome in _FAILURES:
            return logging.ERROR if self._is_news(event) else logging.DEBUG
        level = _LEVELS.get(record.outcome, logging.INFO)
        if any((record.reported or {}).values()) or event.recovered_after:
            level = max(level, logging.INFO)
        return level

    def _is_news(self, event: RunEnded) -> bool:
        now, told = event.record.due_at, self._failure_told.get(event.job)
        # The wall clock may have been set back since.
        is_old = told is not None and timedelta(0) <= now - told < _REMINDER
        if event.consecutive_failures > 1 and is_old:
            return False
        self._failure_told[event.job] = now
        return True


def _run_ended(event: RunEnded, level: int) -> None:
    record = event.record
    if not _log.isEnabledFor(level):
        return
    fields = {
        **(record.reported or {}),
        "job": record.job,
        "run_id": record.run_id,
        "outcome": record.outcome.value,
        "duration": record.duration,
    }
    text = f"{record.job}: run {record.run_id} {record.outcome} after {record.duration:.3f} s"
    if record.reported:
        text += ", " + ", ".join(f"{name}={value:g}" for name, value in record.reported.items())
    if event.consecutive_failures > 1:
        text += f"; {event.consecutive_failures} failures in a row"
    if event.recovered_after:
        text += f"; recovered after {event.recovered_after} failures in a row"
    if record.error:
        text += f": {record.error}"
    if record.traceback:
        text += f"\n{record.traceback.rstrip()}"
    _log.log(level, "%s", text, extra=_extra(fields))


def _slots_skipped(event: SlotsSkipped) -> None:
    slots = "a slot" if event.count == 1 else f"{event.count} slots"
    running = "" if event.running_for is None else f"; running for {event.running_for:.1f} s"
    _log.log(
        _LEVELS.get(event.outcome, logging.DEBUG),
        "%s: %s %s%s",
        event.job,
        slots,
        event.outcome,
        running,
        extra=_extra({"job": event.job, "outcome": event.outcome.value, "count": event.count}),
    )


def _overstayed(event: RunOverstayed) -> None:
    _log.error(
        "%s: run %s does not end; it has been running for %.1f s",
        event.job,
        event.run_id,
        event.running_for,
        extra=_extra({"job": event.job, "run_id": event.run_id}),
    )


def _died(event: LoopDied) -> None:
    _log.critical(
        "%s: the loop itself failed; the host stops",
        event.job,
        exc_info=event.error,
        extra=_extra({"job": event.job}),
    )


_MILESTONES: Mapping[type[Event], tuple[str, Callable[..., None]]] = {
    LoopStarted: ("loop started", _log.debug),
    LoopStopped: ("loop stopped", _log.debug),
    JobPaused: ("paused", _log.info),
    JobResumed: ("resumed", _log.info),
    OptionsChanged: ("options changed", _log.info),
}


def _milestone(event: Event) -> None:
    known = _MILESTONES.get(type(event))
    if known is not None:
        text, write = known
        write("%s: %s", event.job, text, extra=_extra({"job": event.job}))


def _extra(fields: Mapping[str, object]) -> dict[str, object]:
    # A LogRecord refuses fields that it has itself, and jobs choose the names of counters.
    return {"loopjobs": fields, **{k: v for k, v in fields.items() if k not in _RESERVED}}


_RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
