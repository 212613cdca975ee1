"""Tells what happens on the stage, as it happens."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from login.client.fleet import FleetTally
from login.domain.pc import StatusReason
from loopjobs import Clock, Ledger, Outcome, RunRecord
from loopjobs_demo import wording
from loopjobs_demo.counts import in_words
from loopjobs_demo.lists import BulkJobSeen
from loopjobs_demo.office import OfficeTally
from loopjobs_demo.runs import RunInbox
from loopjobs_demo.stage import Stage
from loopjobs_demo.status_changes import Headcount, StatusChange

_LOOK_EVERY: Final = 0.25
_QUIET_SWEEPS_A_LINE: Final = 10


class Changes(Protocol):
    """Where the narrator learns what becomes of the PCs."""

    async def take_new(self) -> Sequence[StatusChange]:
        """Return what has happened since the last time."""
        ...

    async def count(self) -> Headcount:
        """Count the PCs."""
        ...


class Narrator:
    """Prints a line for what is news, and is silent about the rest.

    On a terminal a line at the bottom shows that all is well; anywhere else a plain line does so
    now and then.

    Args:
        console: Where to print.
        changes: What becomes of the PCs.
        runs: What the jobs have done.
        tallies: What the fleet and the office have done.
        clock: Paces the looking.
        pcs: How many PCs will come.
    """

    def __init__(
        self,
        console: Console,
        changes: Changes,
        runs: RunInbox,
        tallies: tuple[FleetTally, OfficeTally],
        *,
        clock: Clock,
        pcs: int,
    ) -> None:
        self._console = console
        self._changes = changes
        self._runs = runs
        self._tallies = tallies
        self._clock = clock
        self._pcs = pcs
        self._began = clock.monotonic()
        self._headcount = Headcount()
        self._has_begun = False
        self._awaited = pcs
        self._runs_seen = 0
        self._quiet_sweeps = 0
        self._reasons: Counter[StatusReason] = Counter()

    def open(self, stage: Stage, ghosts: int) -> None:
        """Tell what there will be to see."""
        self._say(wording.opening(stage, self._pcs, ghosts))

    async def narrate(self) -> None:
        """Tell until cancelled."""
        self._has_begun = True
        with self._bottom_line() as bottom_line:
            while True:
                await self.look()
                if bottom_line is not None:
                    bottom_line.update(self._status(), refresh=True)
                await self._clock.sleep(_LOOK_EVERY)

    async def look(self) -> None:
        """Tell what has happened since the last look."""
        changes = await self._changes.take_new()
        self._headcount = await self._changes.count()
        for change in changes:
            self._tell_change(change)
        for run in self._runs.take_new():
            self._tell_run(run)

    def tell_upload(self, job: BulkJobSeen) -> None:
        """Tell that somebody uploaded a list."""
        self._say(wording.uploaded(self._clock.now(), job))

    def tell_provisioned(self, job: BulkJobSeen, bad_rows: Sequence[str]) -> None:
        """Tell what became of a list."""
        self._say(wording.provisioned(self._clock.now(), job, bad_rows))

    def close(self, ledgers: Mapping[str, Ledger]) -> None:
        """Tell how it ended, if it ever began."""
        if not self._has_begun:
            return
        seconds = self._clock.monotonic() - self._began
        jobs = {job: (ledger, self._runs.totals(job)) for job, ledger in ledgers.items()}
        words = wording.closing(seconds, jobs, self._headcount, self._reasons, self._tallies)
        self._say(words, end="")

    def _tell_change(self, change: StatusChange) -> None:
        self._reasons[change.reason] += 1
        if not change.is_arrival:
            self._say(wording.change(change))
            return
        # They come in a crowd at the beginning: told once, when it is complete.
        self._awaited -= 1
        if self._awaited == 0:
            self._say(wording.arrival(self._clock.now(), self._headcount))

    def _tell_run(self, run: RunRecord) -> None:
        self._runs_seen += 1
        is_sweep = run.job == wording.SWEEP
        if run.outcome is not Outcome.SUCCEEDED or in_words(run.job, run.reported or {}):
            self._quiet_sweeps = 0 if is_sweep else self._quiet_sweeps
            self._say(wording.run(run, self._clock.now(), self._headcount))
        elif is_sweep:
            self._tell_quiet_sweep()

    def _tell_quiet_sweep(self) -> None:
        self._quiet_sweeps += 1
        if self._quiet_sweeps < _QUIET_SWEEPS_A_LINE:
            return
        self._quiet_sweeps = 0
        if not self._console.is_terminal:
            quiet = _QUIET_SWEEPS_A_LINE
            self._say(wording.quiet_sweeps(quiet, self._clock.now(), self._headcount))

    def _status(self) -> Text:
        seconds = self._clock.monotonic() - self._began
        fleet, _ = self._tallies
        return wording.status(seconds, self._runs_seen, fleet.keep_alives, self._headcount)

    def _say(self, text: Text, end: str = "\n") -> None:
        self._console.print(text, soft_wrap=True, end=end)

    def _bottom_line(self) -> AbstractContextManager[Live | None]:
        if not self._console.is_terminal:
            return nullcontext()
        return Live(console=self._console, auto_refresh=False, transient=True)
