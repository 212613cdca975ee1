"""Log lines: one listener among others."""

import logging
from collections.abc import Mapping

from loopjobs._run.log_fields import extra_of
from loopjobs._run.run_lines import RunLines
from loopjobs._run.skip_lines import SkipLines
from loopjobs._words.clock import Clock, SystemClock
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

_log = logging.getLogger("loopjobs")


class LogLines:
    """Writes what happens to the standard logger `loopjobs`, with fields in `extra`.

    Trouble that goes on does not flood the log: of failures in a row, and of slots skipped for the
    same reason, the first gets a line, and one a minute from then on, with the count; the others
    are at DEBUG. One line says when it is over.

    Args:
        clock: What the minute is measured on; by default that of the machine.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self._runs = RunLines(clock)
        self._skips = SkipLines(clock)

    @property
    def writes_every_run(self) -> bool:
        """Whether a run that went as it should gets a line: at DEBUG, or as the end of trouble."""
        return bool(self._skips.spells) or _log.isEnabledFor(logging.DEBUG)

    def __call__(self, event: Event, /) -> None:
        """Write the event, if it is worth a line."""
        if isinstance(event, RunEnded):
            self._runs.write(event)
            self._skips.note_end(event)
        elif isinstance(event, SlotsSkipped):
            self._skips.write(event)
        elif isinstance(event, RunOverstayed):
            _overstayed(event)
        elif isinstance(event, LoopDied):
            _died(event)
        else:
            _milestone(event)


def _overstayed(event: RunOverstayed) -> None:
    _log.error(
        "%s: run %s does not end; it has been running for %.1f s",
        event.job,
        event.run_id,
        event.running_for,
        extra=extra_of({"job": event.job, "run_id": event.run_id}),
    )


def _died(event: LoopDied) -> None:
    _log.critical(
        "%s: the loop itself failed; the host stops",
        event.job,
        exc_info=event.error,
        extra=extra_of({"job": event.job}),
    )


_MILESTONES: Mapping[type[Event], tuple[str, int]] = {
    LoopStarted: ("loop started", logging.DEBUG),
    LoopStopped: ("loop stopped", logging.DEBUG),
    JobPaused: ("paused", logging.INFO),
    JobResumed: ("resumed", logging.INFO),
    OptionsChanged: ("options changed", logging.INFO),
}


def _milestone(event: Event) -> None:
    known = _MILESTONES.get(type(event))
    if known is not None:
        text, level = known
        if _log.isEnabledFor(level):
            _log.log(level, "%s: %s", event.job, text, extra=extra_of({"job": event.job}))
