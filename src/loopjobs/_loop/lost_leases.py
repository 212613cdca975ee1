"""What becomes of runs that have lost their leases."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.runs import Runs
from loopjobs._mechanisms.lease_terms import MARGIN
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.outcomes import Outcome

_log: Final = logging.getLogger("loopjobs.leases")


class LostLeases:
    """Cancels a run whose lease is lost, and says so loudly if its body goes on all the same.

    Such a body is not followed by another run in this process, but what is done in another one
    cannot be helped any more.
    """

    def __init__(self, runs: Runs, context: LoopContext) -> None:
        self._runs = runs
        self._context = context

    def strike(self, run: RunInProgress) -> None:
        """Cancel a run; within the margin of its lease it has to end."""
        lease = run.lease
        if lease is None:
            return
        run.lose_lease()
        when = self._context.clock.monotonic() + lease.seconds * MARGIN
        complain: Callable[[], None] = partial(self._complain, run)
        self._context.timer.arm_deadline(when, complain)

    def _complain(self, run: RunInProgress) -> None:
        if not any(each is run for each in self._runs):
            return
        _log.critical(
            "%s: run %s goes on without its lease; another replica may run beside it",
            run.job,
            run.run_id,
            extra={"job": run.job, "run_id": run.run_id, "fencing_token": run.fencing_token},
        )
        self._runs.overstay(run, Outcome.FAILED)
