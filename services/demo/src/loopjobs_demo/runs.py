"""What the job says of itself."""

from login.jobs.pc_keep_alive import PcKeepAliveJob
from loopjobs import Event, RunEnded, RunRecord

JOB = PcKeepAliveJob.__name__


class SweepInbox:
    """A listener that keeps the runs of the job until the narrator asks for them."""

    def __init__(self) -> None:
        self._runs: list[RunRecord] = []

    def __call__(self, event: Event, /) -> None:
        """Keep the record of a run that has ended."""
        if isinstance(event, RunEnded) and event.job == JOB:
            self._runs.append(event.record)

    def take_new(self) -> list[RunRecord]:
        """Return what has come since the last time."""
        taken, self._runs = self._runs, []
        return taken
