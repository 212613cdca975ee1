"""What the jobs say of themselves."""

from collections import Counter, defaultdict

from loopjobs import Event, RunEnded, RunRecord


class RunInbox:
    """A listener that keeps the runs of all jobs until the narrator asks for them."""

    def __init__(self) -> None:
        self._runs: list[RunRecord] = []
        self._totals: dict[str, Counter[str]] = defaultdict(Counter)

    def __call__(self, event: Event, /) -> None:
        """Keep the record of a run that has ended."""
        if isinstance(event, RunEnded):
            self._runs.append(event.record)
            for name, number in (event.record.reported or {}).items():
                self._totals[event.job][name] += round(number)

    def take_new(self) -> list[RunRecord]:
        """Return what has come since the last time."""
        taken, self._runs = self._runs, []
        return taken

    def totals(self, job: str) -> Counter[str]:
        """Return what all runs of a job have reported, added up."""
        return self._totals[job]
