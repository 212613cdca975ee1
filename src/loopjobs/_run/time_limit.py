"""The time limit of one run."""

from collections.abc import Callable

from loopjobs._mechanisms.alarms import Callback
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.cancellation import request_cancellation
from loopjobs._words.clock import Clock
from loopjobs._words.outcomes import Outcome

CANCEL_GRACE_IN_SECONDS = 5.0
"""How long a cancelled run may take to end before it is reported as one that does not."""


class TimeLimit:
    """Cancels a run that takes too long; reports it if it goes on regardless.

    A coroutine is cancelled and given a grace to unwind. A thread cannot be cancelled: it is asked
    through its token and reported at once.
    """

    __slots__ = ("_alarm", "_clock", "_overstay", "_run", "_seconds", "_timer")

    def __init__(
        self,
        run: RunInProgress,
        seconds: float,
        clock: Clock,
        timer: Timer,
        overstay: Callable[[RunInProgress, Outcome], None],
    ) -> None:
        self._run = run
        self._seconds = seconds
        self._clock = clock
        self._timer = timer
        self._overstay = overstay
        self._alarm: Callback = timer.arm_deadline(run.started + seconds, self._strike)

    def cancel(self) -> None:
        """Lift the limit: the run has ended."""
        self._alarm.cancel()

    def _strike(self) -> None:
        run = self._run
        run.note_timeout(self._seconds)
        request_cancellation(run.token)
        if run.task is None:
            self._report()
        else:
            run.task.cancel()
            grace_ends = self._clock.monotonic() + CANCEL_GRACE_IN_SECONDS
            self._alarm = self._timer.arm_deadline(grace_ends, self._report)

    def _report(self) -> None:
        self._overstay(self._run, Outcome.TIMED_OUT)
