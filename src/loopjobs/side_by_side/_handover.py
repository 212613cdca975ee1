"""One job, started by another scheduler until its loop takes over."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from loopjobs import (
    ControlError,
    Host,
    JobHandle,
    LoopJobsError,
    Outcome,
    RunRecord,
    StartedBy,
)

OWNED_BY_LOOP: Final = "owned_by_loop"
DISABLED: Final = "disabled"
PAUSED: Final = "paused"

_UNSUCCESSFUL: Final = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.ABANDONED)
_LOOK_AGAIN: Final = 0.2


class HandoverError(LoopJobsError):
    """A run that another scheduler started did not succeed; it is raised for that scheduler."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a time of the other scheduler."""

    job: str
    what: str
    """`owned_by_loop`, `disabled`, `paused`, or the outcome of the run."""
    record: RunRecord | None = None
    """How the run ended; `None` if the time was not the scheduler's to use."""

    @property
    def is_run(self) -> bool:
        """Whether there was a run."""
        return self.record is not None and self.record.started_at is not None


class Handover:
    """What another scheduler calls when the time of a job has come.

    The job is run by its host, so that its lease, overlap rule, time limit, scope, ledger and
    history are the same whoever starts it, and it never runs twice at once. Who starts it is
    switched by its option `StartedBy`, in a running process: with `Trigger` the other scheduler
    does, with `Loop` its calls do nothing, and say so.

    Args:
        host: The one whose jobs they are.
        loop: The event loop that the host runs on; only `run_blocking` needs it.
    """

    def __init__(self, host: Host, *, loop: AbstractEventLoop | None = None) -> None:
        self._host = host
        self._loop = loop

    async def run(self, job: str) -> Answer:
        """Run the job, unless its loop does; for schedulers on the event loop of the host.

        A scheduler is no hand: a job that is paused is not run. A pause of the whole cluster does
        not reach it, for a run that is triggered does not ask for one.

        Raises:
            HandoverError: the run failed, was cancelled or ran out of time.
            ControlError: the host has no such job, does not run, or runs on another event loop.
        """
        handle = self._find(job)
        if (refusal := _refusal(handle)) is not None:
            return Answer(job, refusal)
        record = await handle.trigger()
        if record.outcome in _UNSUCCESSFUL:
            raise HandoverError(f"{job}: the run {record.run_id} {_said_of(record)}")
        return Answer(job, record.outcome.value, record)

    def run_blocking(self, job: str) -> Answer:
        """Do the same from another thread, and wait for the end of the run.

        Raises:
            HandoverError: the run failed, was cancelled or ran out of time.
            ControlError: as with `run`; no event loop was given, it is closed, or it is this
                thread's.
        """
        loop = self._loop
        if loop is None:
            what = f"job {job}: run_blocking needs the host's event loop: Handover(host, loop=...)"
            raise ControlError(what)
        if _is_here(loop):
            raise ControlError(f"job {job}: await run() on the event loop itself")
        return _result(job, loop, self.run(job))

    def _find(self, job: str) -> JobHandle:
        handle = self._host.jobs.get(job)
        if handle is None:
            known = ", ".join(self._host.jobs) or "none"
            raise ControlError(f"the host has no job {job!r}; it has {known}")
        return handle


def _refusal(handle: JobHandle) -> str | None:
    """Return why the time is not the other scheduler's to use."""
    status = handle.status()
    if status.options.started_by is StartedBy.LOOP:
        return OWNED_BY_LOOP
    if not status.options.enabled:
        return DISABLED
    # What is known of a pause in the cluster may be old, and nobody would bring it up to date here.
    return PAUSED if status.is_paused and status.cluster is None else None


def _is_here(loop: AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _result(
    job: str, loop: AbstractEventLoop, running: Coroutine[object, object, Answer]
) -> Answer:
    try:
        future: Future[Answer] = asyncio.run_coroutine_threadsafe(running, loop)
    except RuntimeError:
        running.close()
        raise _gone(job) from None
    while True:
        try:
            return future.result(_LOOK_AGAIN)
        except TimeoutError:
            # The body may have raised it, too, but that comes as a HandoverError.
            if loop.is_closed():
                running.close()
                raise _gone(job) from None


def _gone(job: str) -> ControlError:
    return ControlError(f"cannot run job {job}: the event loop of its host is closed")


def _said_of(record: RunRecord) -> str:
    ended = record.outcome.value.replace("_", " ")
    return f"{ended}: {record.error}" if record.error else ended
