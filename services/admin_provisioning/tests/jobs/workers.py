"""BulkJobWorker, run by hand."""

from admin_provisioning.domain.job_queue import JobQueue
from admin_provisioning.domain.login_api import LoginApi
from admin_provisioning.jobs.bulk_job_worker import BulkJobWorker
from admin_provisioning.jobs.bulk_job_worker_options import BulkJobWorkerOptions
from loopjobs import CancellationToken, Clock, RunAgain


class Worker:
    """Runs one job over a queue; the options are given as in a settings file."""

    def __init__(self, queue: JobQueue, login: LoginApi, clock: Clock, **options: object) -> None:
        bound = BulkJobWorkerOptions.model_validate(options)
        self._clock = clock
        self._job = BulkJobWorker(queue, login, bound, clock)

    async def work(self, ct: CancellationToken | None = None) -> RunAgain | None:
        """Run the job once."""
        return await self._job.execute(ct or CancellationToken(self._clock))
