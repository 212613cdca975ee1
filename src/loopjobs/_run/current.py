"""What a body can ask and say about the run it is in."""

from collections.abc import Awaitable, Callable
from contextvars import Context, ContextVar
from datetime import UTC, datetime, timedelta
from typing import Final, overload

from loopjobs._contracts.fence import AsyncTransaction, Fence, Transaction
from loopjobs._run.fencing import take_fence
from loopjobs._run.rare import Rare
from loopjobs._run.run_terms import RunTerms
from loopjobs._words.errors import LeaseLostError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_current: "ContextVar[CurrentRun]" = ContextVar("loopjobs_current_run")


class CurrentRun:
    """The run that the calling code belongs to; also seen from tasks and threads it starts."""

    # What every run has; to make room for more takes longer than to fill this in.
    __slots__ = (
        "__weakref__", "due", "number", "rare", "slot", "started", "terms", "wall_offset",
    )  # fmt: skip

    terms: RunTerms
    """What it has in common with other runs of the job."""
    number: int
    """Counts the runs of this process."""
    slot: int | None
    """The number of the slot, from 0 at start, skipped ones included; `None` for a run by hand."""
    due: float
    """The slot on the monotonic clock."""
    started: float
    """The start on the monotonic clock."""
    wall_offset: float
    """What the wall clock showed beyond the monotonic one, in seconds since 1970."""
    rare: dict[str, object] | None
    """What few runs have; below."""
    planned_later = Rare[float | None](None)
    """When it was to start, if jitter has put that off."""
    fencing_token = Rare[int | None](None)
    """The token of the lease this run holds; `None` without a lease."""
    fence = Rare[Fence | None](None)
    """Binds transactions to the lease, where leases are in a database; set by a run context."""
    reported = Rare[dict[str, float] | None](None)
    origin = Rare[Context | None](None)
    """For a run by hand, a copy of the context that `trigger()` was called in; kept until the body
    has ended."""

    @property
    def job(self) -> str:
        """The name of the job."""
        return self.terms.job

    @property
    def attempt(self) -> int:
        """1, plus the failures in a row before this run."""
        return self.terms.failures + 1

    @property
    def run_id(self) -> str:
        """A name for this run that no other run of any process has."""
        return run_id_of(self.terms.process, self.number)

    @property
    def started_at(self) -> datetime:
        """When the run began, UTC."""
        return instant_of(self.started + self.wall_offset)

    @property
    def planned(self) -> float:
        """When it was to start: the slot, and its share of the jitter."""
        planned = None if self.rare is None else self.planned_later
        return self.due if planned is None else planned

    @property
    def lateness(self) -> float:
        """Seconds between the moment the run was to start and the start."""
        return max(0.0, self.started - self.planned)

    @property
    def due_at(self) -> datetime:
        """When the slot was due, UTC; for a run by hand, when it was asked for."""
        return self.started_at - timedelta(seconds=self.started - self.due)

    @overload
    def fenced(self, transaction: AsyncTransaction) -> Awaitable[None]: ...
    @overload
    def fenced(self, transaction: Transaction) -> None: ...
    def fenced(self, transaction: AsyncTransaction | Transaction) -> Awaitable[None] | None:
        """Let a transaction be committed only if this run has the newest lease of its job.

        Call it first thing in a transaction, in the database where the leases are:
        `await current_run().fenced(session)`. Nobody takes the lease over before the transaction
        has ended; if its process freezes, PostgreSQL ends it when the lease would have ended.

        Args:
            transaction: A session or connection of SQLAlchemy, a connection of psycopg, `sqlite3`
                or aiosqlite. One that is not awaited is fenced when this returns.

        Raises:
            LeaseLostError: another replica has the lease by now, or this run never had one.
            RuntimeError: there is no transaction, or the leases are not in a database.
        """
        if self.fencing_token is None:
            raise LeaseLostError("this run has no lease; writes that need one are refused")
        if self.fence is None:
            raise RuntimeError(
                "the leases are not in a database; hand on the fencing token instead"
            )
        return take_fence(transaction, self.fence.statements(self.job, self.fencing_token))

    def report(self, **counters: float) -> None:
        """Say what the run did, as in `report(deleted=3)`; repeated counters add up.

        They land in the log line of the run and in its history.

        Raises:
            TypeError: a counter is not a number.
            OverflowError: a counter is, or becomes, an integer larger than any float.
        """
        reported = self.reported
        if reported is None:
            self.reported = reported = {}
        for given, value in counters.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError(f"report({given}=...) takes a number, not {value!r}")
            # Half of a surrogate pair cannot be written to any file, page or database.
            name = given if given.isascii() else given.encode("utf-8", "replace").decode()
            total = reported.get(name, 0) + value
            if isinstance(total, int):
                # Whoever reads it takes it for a float sooner or later.
                float(total)
            reported[name] = total


def instant_of(wall: float) -> datetime:
    """Return the instant that lies so many seconds after the begin of 1970."""
    return _EPOCH + timedelta(seconds=wall)


def run_id_of(process: str, number: int) -> str:
    """Return the name of a run."""
    return f"{process}-{number}"


def current_run() -> CurrentRun:
    """Return the run that the calling code belongs to.

    Raises:
        LookupError: the code is not part of a run.
    """
    run = find_current_run()
    if run is None:
        raise LookupError("there is no current run: this code was not started by a loop job")
    return run


def find_current_run() -> CurrentRun | None:
    """Return the run that the calling code belongs to, if any."""
    return _current.get(None)


enter_run: Final[Callable[[CurrentRun], object]] = _current.set
"""Makes it the current run of the present context."""
