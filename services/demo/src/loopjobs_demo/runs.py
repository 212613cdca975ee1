"""What the jobs say of themselves."""

from collections import Counter, defaultdict
from threading import Lock

from loopjobs import Event, RunEnded, RunRecord


class RunInbox:
    """A listener that keeps the runs of all jobs until the narrator asks for them.

    Each host calls it on a thread of its own, and the narrator asks on the event loop.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._runs: list[RunRecord] = []
        self._totals: dict[str, Counter[str]] = defaultdict(Counter)

    def __call__(self, event: Event, /) -> None:
        """Keep the record of a run that has ended."""
        if not isinstance(event, RunEnded):
            return
        with self._lock:
            self._runs.append(event.record)
            for name, number in (event.record.reported or {}).items():
                self._totals[event.job][name] += round(number)

    def take_new(self) -> list[RunRecord]:
        """Return what has come since the last time."""
        with self._lock:
            taken, self._runs = self._runs, []
        return taken

    def totals(self, job: str) -> Counter[str]:
        """Return what all runs of a job have reported so far, added up."""
        with self._lock:
            return self._totals[job].copy()
