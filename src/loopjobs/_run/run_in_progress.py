"""A run while it is in progress: what the library keeps about it beside what the body sees."""

import asyncio
import traceback
from datetime import datetime
from typing import Final

from loopjobs._run.current import CurrentRun
from loopjobs._run.rare import Rare
from loopjobs._words.calendar import slot_near
from loopjobs._words.cancellation import CancellationToken, request_cancellation
from loopjobs._words.clock import Clock
from loopjobs._words.errors import LeaseLostError
from loopjobs._words.events import RunStarted
from loopjobs._words.leases import Lease
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import RunRecord
from loopjobs._words.redaction import abridge, redact

LONGEST_ERROR: Final = 500
"""Characters that are kept of an error; it is shown on one line."""
_TRACE_HEAD: Final = 5_000
_TRACE_TAIL: Final = 15_000
"""Characters that are kept of a traceback. Its end says what was raised, and is the longer part."""


class RunInProgress(CurrentRun):
    """One run from its begin until its body has really ended."""

    # Filled in by who begins it: to hand all of it to a constructor would take twice as long.
    __slots__ = ("ended", "outcome", "task")

    task: asyncio.Task[object] | None
    """The task that awaits the body."""
    outcome: Outcome | None
    """How the run ended; `None` until that is known."""
    ended: float
    """When its outcome was known, on the monotonic clock; not there before."""
    is_plain = Rare(True)  # noqa: FBT003 - what most are
    """Whether there is nothing to tell of it but when it ran, as of most that go well."""
    own_token = Rare[CancellationToken | None](None)
    """There if something else than the stop of the host can end it."""
    returned = Rare[object](None)
    """What the body has returned."""
    lease = Rare[Lease | None](None)
    """The lease it holds and has to give back."""
    settled = Rare[asyncio.Future[RunRecord] | None](None)
    """Resolved with the record, for whoever waits for this run."""
    has_timed_out = Rare(False)  # noqa: FBT003 - what most have not
    has_lost_lease = Rare(False)  # noqa: FBT003 - what most have not
    error = Rare[str | None](None)
    trace = Rare[str | None](None)
    told = Rare[RunStarted | None](None)
    """What was said of its begin, for whoever asks again."""

    @property
    def options(self) -> LoopJobOptions:
        """The options this run began with."""
        return self.terms.options

    @property
    def token(self) -> CancellationToken:
        """Asks the body to end."""
        return self.own_token or self.terms.token

    @property
    def is_scheduled(self) -> bool:
        """Whether it is that of a slot."""
        return self.slot is not None

    @property
    def duration(self) -> float:
        """The seconds it took, once its outcome is known."""
        return self.ended - self.started

    @property
    def due_at(self) -> datetime:
        """When the slot was due, UTC; for a run by hand, when it was asked for."""
        due_at = super().due_at
        is_slot = self.is_scheduled and self.options.cron is not None
        return slot_near(due_at) if is_slot else due_at

    def report(self, **counters: float) -> None:
        """Say what the run did; as the class above has it."""
        self.is_plain = False
        super().report(**counters)

    def watch(self) -> asyncio.Future[RunRecord]:
        """Return a future of the record."""
        self.is_plain = False
        self.settled = settled = asyncio.get_running_loop().create_future()
        return settled

    def hold(self, lease: Lease, clock: Clock) -> None:
        """Hold a lease, which has to be given back; the loss of it ends the run."""
        self.is_plain = False
        was_asked = self.token.is_cancellation_requested
        self.own_token = own_token = self.own_token or CancellationToken(clock)
        if was_asked:
            # Whoever heard of its begin in line may have stopped the host.
            request_cancellation(own_token)
        self.lease = lease
        self.fencing_token = lease.fencing_token

    def note_error(self, error: BaseException) -> None:
        """Keep the words of the error, without secrets and not too many.

        The object would keep every frame it passed alive.
        """
        if self.outcome is not None:
            return
        try:
            self.error = _cut(_fit("".join(traceback.format_exception_only(error)).strip()))
            trace = _fit("".join(traceback.format_exception(error)))
            self.trace = abridge(trace, _TRACE_HEAD, _TRACE_TAIL)
        except Exception:  # noqa: BLE001 - an error that cannot be told is an error all the same
            self.error = f"{type(error).__name__}: its message cannot be shown"

    def note_timeout(self, seconds: float) -> None:
        """Keep that the run has passed its limit."""
        self.has_timed_out = True
        self.is_plain = False
        if self.outcome is None:
            self.error = f"TimeoutError: the run passed its limit of {seconds:g} s"

    def lose_lease(self) -> None:
        """Cancel the run: another replica may run the job before long."""
        self.lease = None
        if self.outcome is not None:
            return
        self.has_lost_lease = True
        self.note_error(LeaseLostError("the run has lost its lease; another replica may run now"))
        request_cancellation(self.token)
        if self.task is not None:
            self.task.cancel()

    def is_in_progress_in(self, process: str) -> bool:
        """Whether this is a run of that host and its end is not known yet."""
        return self.terms.process == process and self.outcome is None

    def started_event(self) -> RunStarted:
        """Return what is to be said of its begin."""
        return RunStarted(self.job, self.run_id, self.due_at, self.started_at, self.lateness)

    def record(self) -> RunRecord:
        """Return the facts of this run.

        Raises:
            ValueError: the run has no outcome yet.
        """
        if self.outcome is None:
            raise ValueError(f"run {self.run_id} has no outcome yet")
        told = self.told or self.started_event()
        reported = self.reported
        return RunRecord(
            run_id=told.run_id,
            job=told.job,
            outcome=self.outcome,
            due_at=told.due_at,
            started_at=told.started_at,
            duration=self.duration,
            error=self.error,
            traceback=self.trace,
            reported=None if reported is None else dict(reported),
            fencing_token=self.fencing_token,
        )


def _fit(text: str) -> str:
    """Take out what must not be read, and what cannot be written: half of a surrogate pair."""
    return redact(text).encode("utf-8", "backslashreplace").decode()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 1]}…"
