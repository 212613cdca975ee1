"""BulkJobWorker: does the rows of bulk jobs at the Login service."""

import logging
from contextlib import suppress

from admin_provisioning.domain.job_queue import Claim, JobQueue
from admin_provisioning.domain.login_api import LoginApi
from admin_provisioning.domain.provisioning import LetGo, Provisioning, WorkTally
from admin_provisioning.jobs.bulk_job_worker_options import BulkJobWorkerOptions
from admin_provisioning.jobs.worker_name import WorkerName
from loopjobs import CancellationToken, Clock, RunAgain, current_run
from servicekit.log_fields import as_text

_log = logging.getLogger(__name__)


class BulkJobWorker:
    """Do the rows of the oldest bulk job that waits."""

    def __init__(
        self, queue: JobQueue, login: LoginApi, options: BulkJobWorkerOptions, clock: Clock
    ) -> None:
        self._provisioning = Provisioning(queue, login, clock, options.to_rules())
        self._name = WorkerName()

    async def execute(self, ct: CancellationToken) -> RunAgain | None:
        """Work at one job; what was done is logged and reported even if the run ends early."""
        tally = WorkTally()
        try:
            await self._provisioning.run(self._name.next(), tally, ct)
        finally:
            if tally.claim is not None:
                _write_log(tally.claim, tally)
            _report(tally)
        return RunAgain(after=0) if tally.has_more else None


def _write_log(claim: Claim, tally: WorkTally) -> None:
    fields: dict[str, object] = {
        "job_id": str(claim.job_id),
        "kind": claim.kind.value,
        "state": "let_go" if tally.state is None else tally.state.value,
        "reason": None if tally.let_go is None else tally.let_go.value,
        "ok": tally.ok,
        "failed": tally.failed,
        "total": claim.total,
        "attempt": claim.attempt,
        "duration_ms": round(tally.duration * 1000, 1),
    }
    # What ends with an error of the run is told by the run; a lost lease is not.
    level = logging.WARNING if tally.let_go is LetGo.LEASE_LOST else logging.INFO
    _log.log(level, "bulk_job_worker done %s", as_text(fields), extra=fields)


def _report(tally: WorkTally) -> None:
    with suppress(LookupError):  # a test, say, calls the job outside of a host
        current_run().report(
            claimed=int(tally.claim is not None),
            ok=tally.ok,
            failed=tally.failed,
            let_go=int(tally.let_go is not None),
        )
