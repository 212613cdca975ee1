"""What an operator can do to a job: run it, pause it, resume it. Nothing else, and no arguments."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from loopjobs import Clock, ControlError, Host, JobHandle, RunRecord
from loopjobs.web._audit import Audit
from loopjobs.web._rates import RateLimit
from loopjobs.web._refusal import RefusalError, no_such_job, too_often

ACTIONS_PER_MINUTE: Final = 30

CLAIM_IN_SECONDS: Final = 0.5
"""So long at least an answer waits for a job that has to ask the others whether it may run."""
_ACCEPTED: Final = "accepted"


class Action(StrEnum):
    """What can be done."""

    TRIGGER = "trigger"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts, and from where."""

    name: str
    address: str


class Actions:
    """Acts on the jobs of a host. Each action is counted against its operator, and audited.

    Runs that nobody awaits any more are held here until they end; the host, when it stops, ends
    them at the latest.
    """

    def __init__(self, host: Host, audit: Audit, clock: Clock) -> None:
        self._host = host
        self._audit = audit
        self._clock = clock
        self._limit = RateLimit(ACTIONS_PER_MINUTE, 60.0, clock)
        self._runs: set[asyncio.Task[RunRecord]] = set()

    async def act(
        self, operator: Operator, action: Action, job_name: str, wait: float = 0.0
    ) -> RunRecord | None:
        """Do it.

        Args:
            operator: Who does it.
            action: What.
            job_name: To which job.
            wait: For how many seconds at most to await the end of a run.

        Returns:
            The run, if it has ended by then.

        Raises:
            RefusalError: 404, 409 or 429; there is no such job, its state does not allow it, or it
                is too often.
        """
        job = self._host.jobs.get(job_name)
        if job is None:
            raise no_such_job()
        if seconds := self._limit.wait(operator.name):
            self._note(operator, action, job, "too often")
            raise too_often(seconds)
        try:
            record = await self._do(action, job, wait)
        except ControlError as error:
            self._note(operator, action, job, "refused")
            raise RefusalError(HTTPStatus.CONFLICT, f"{error}.") from None
        except asyncio.CancelledError:
            # Whoever asked has left; what was begun goes on.
            self._note(operator, action, job, _ACCEPTED)
            raise
        self._note(operator, action, job, _result(action, record))
        return record

    def refuse(self, operator: Operator, action: Action, job_name: str) -> None:
        """Note that somebody tried what they may not."""
        job = self._host.jobs.get(job_name)
        if job is not None:
            self._note(operator, action, job, "forbidden")

    async def _do(self, action: Action, job: JobHandle, wait: float) -> RunRecord | None:
        if action is Action.PAUSE:
            await job.pause()
        elif action is Action.RESUME:
            await job.resume()
        else:
            return await self._run(job, wait)
        return None

    async def _run(self, job: JobHandle, wait: float) -> RunRecord | None:
        run = asyncio.create_task(job.trigger(), name=f"loopjobs page runs {job.name}")
        self._runs.add(run)
        run.add_done_callback(self._forget)
        shortest = 0.0 if job.status().cluster is None else CLAIM_IN_SECONDS
        patience = asyncio.ensure_future(self._clock.sleep(max(wait, shortest)))
        try:
            await asyncio.wait({run, patience}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
            await asyncio.wait({patience})
        return run.result() if run.done() else None

    def _forget(self, run: asyncio.Task[RunRecord]) -> None:
        self._runs.discard(run)
        if not run.cancelled():
            # Seen, even if nobody waits for it any more.
            run.exception()

    def _note(self, operator: Operator, action: Action, job: JobHandle, result: str) -> None:
        self._audit.note(operator.name, action, result, job=job.name, address=operator.address)


def _result(action: Action, record: RunRecord | None) -> str:
    if action is not Action.TRIGGER:
        return "done"
    return _ACCEPTED if record is None else record.outcome.value
