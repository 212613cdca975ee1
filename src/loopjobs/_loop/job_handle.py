"""A job as its users see and steer it."""

import inspect

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._loop.service import LoopHostedService
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import JobState
from loopjobs._words.records import JobStatus, JobVitals, RunRecord


class JobHandle:
    """One job of a host; found in `host.jobs`."""

    __slots__ = ("_documented", "_service", "section")

    section: str
    """The settings section that its options are bound from."""

    def __init__(
        self,
        service: LoopHostedService[object, LoopJobOptions],
        section: str,
        documented: type[LoopJob] | JobBody,
    ) -> None:
        self._service = service
        self.section = section
        self._documented = documented

    @property
    def description(self) -> str:
        """The first line of the docstring of its class or function; empty without one."""
        job = self._documented
        has_own = isinstance(job, type) or inspect.isfunction(job)
        text = job.__doc__ if has_own else None
        return inspect.cleandoc(text or "").partition("\n")[0]

    @property
    def name(self) -> str:
        """The unique name of the job."""
        return self._service.name

    def status(self) -> JobStatus[LoopJobOptions]:
        """Return the job as it is at this moment."""
        return self._service.status()

    def vitals(self) -> JobVitals:
        """Return the part of the status that says how well the job is, for less."""
        return self._service.vitals()

    @property
    def state(self) -> JobState:
        """What the job is doing at this moment."""
        return self._service.state

    def history(self) -> list[RunRecord]:
        """Return the last runs, newest first."""
        return self._service.history()

    async def trigger(self) -> RunRecord:
        """Run the job now, beside its slots, and return how the run ended.

        It obeys the overlap rule: with `SkipIfRunning` and a run in progress nothing is run and
        the record says `skipped_running`. A paused job can be run by hand.

        A job that runs on one replica runs on this one, if nobody else runs it: otherwise the
        record says `skipped_elsewhere` and who has the lease, or `skipped_lease_unavailable`.

        Raises:
            ControlError: the loop does not run, runs on another event loop, or the job is disabled.
        """
        return await self._service.trigger()

    async def pause(self) -> None:
        """Skip slots from the very next one on; a run in progress goes on. Idempotent.

        A job that runs on one replica is paused on all of them.

        Raises:
            ControlError: the loop does not run, runs on another event loop, or the other replicas
                cannot be told.
        """
        await self._service.pause()

    async def resume(self) -> None:
        """Run slots again from the very next one on. Idempotent.

        Raises:
            ControlError: the loop does not run, runs on another event loop, or the other replicas
                cannot be told.
        """
        await self._service.resume()
