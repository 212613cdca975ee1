"""Log lines: one listener among others."""

import logging
from collections.abc import Callable, Mapping

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

_LEVELS = {
    Outcome.SUCCEEDED: logging.DEBUG,
    Outcome.CANCELLED: logging.INFO,
    Outcome.SKIPPED_RUNNING: logging.WARNING,
    Outcome.MISSED: logging.WARNING,
    Outcome.FAILED: logging.ERROR,
    Outcome.TIMED_OUT: logging.ERROR,
    Outcome.ABANDONED: logging.ERROR,
}


class LogLines:
    """Writes what happens to the standard logger `loopjobs`, with fields in `extra`."""

    @property
    def writes_every_run(self) -> bool:
        """Whether a run that went as it should gets a line, which is at DEBUG."""
        return _log.isEnabledFor(logging.DEBUG)

    def __call__(self, event: Event, /) -> None:
        """Write the event, if it is worth a line."""
        if isinstance(event, RunEnded):
            _run_ended(event)
        elif isinstance(event, SlotsSkipped):
            _slots_skipped(event)
        elif isinstance(event, RunOverstayed):
            _overstayed(event)
        elif isinstance(event, LoopDied):
            _died(event)
        else:
            _milestone(event)


def _run_ended(event: RunEnded) -> None:
    record = event.record
    level = _LEVELS.get(record.outcome, logging.INFO)
    if any((record.reported or {}).values()) or event.recovered_after:
        level = max(level, logging.INFO)
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
