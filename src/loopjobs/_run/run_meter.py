"""Who measures each run in line."""

import logging
from collections.abc import Sequence
from typing import Protocol

from loopjobs._run.current import CurrentRun
from loopjobs._words.outcomes import Outcome

_log = logging.getLogger("loopjobs.run_meters")


class RunMeter(Protocol):
    """Counts runs where they begin and end; an event costs several times what counting does.

    Called on the event loop's thread for each run, so it must return at once: what waits for
    anything, a lock included, is a `Listener`. What it raises is logged and goes no further.
    """

    def note_start(self, run: CurrentRun, /) -> None:
        """Note that a run begins."""
        ...

    def note_end(self, run: CurrentRun, outcome: Outcome, duration: float, /) -> None:
        """Note that a run has ended, and how many seconds it took."""
        ...


class RunMeters:
    """All that were added, each told of each run."""

    __slots__ = ("_meters",)

    def __init__(self, meters: Sequence[RunMeter]) -> None:
        self._meters = tuple(meters)

    def note_start(self, run: CurrentRun) -> None:
        """Tell all of them that a run begins."""
        for meter in self._meters:
            try:
                meter.note_start(run)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001 - whatever it raises is its own affair
                _complain(meter, run)

    def note_end(self, run: CurrentRun, outcome: Outcome, duration: float) -> None:
        """Tell all of them how a run has ended."""
        for meter in self._meters:
            try:
                meter.note_end(run, outcome, duration)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001 - whatever it raises is its own affair
                _complain(meter, run)


def _complain(meter: RunMeter, run: CurrentRun) -> None:
    _log.exception(
        "run meter %r failed on run %s of job %s",
        meter,
        run.run_id,
        run.job,
        extra={"job": run.job, "run_id": run.run_id},
    )
