"""Who prepares the context of each run."""

import logging
from typing import Protocol

from loopjobs._run.current import CurrentRun

_log = logging.getLogger("loopjobs.run_contexts")


class RunContext(Protocol):
    """Sets context variables for one run: a tracing span, say, or fields of log lines.

    Called in the fresh context of each run, on the event loop's thread, just before the body. It
    must return at once. What it raises is logged and goes no further.
    """

    def __call__(self, run: CurrentRun, /) -> None:
        """Prepare the present context for that run."""
        ...


def prepare(enter: RunContext, run: CurrentRun) -> None:
    """Let somebody prepare the present context for a run, and outlive what that raises."""
    try:
        enter(run)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - whatever it raises is its own affair
        _log.exception(
            "run context %r failed on run %s of job %s",
            enter,
            run.run_id,
            run.job,
            extra={"job": run.job, "run_id": run.run_id},
        )
