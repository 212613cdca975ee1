"""How a list becomes a bulk job that workers may have."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from admin_provisioning.domain.bulk_job import BulkJob
from admin_provisioning.domain.lists import ListedRow, PcList
from admin_provisioning.domain.new_job import NewBulkJob, new_job_id
from admin_provisioning.domain.ports import FileStore, Intake
from loopjobs import Clock
from servicekit.faults import StoreUnavailableError

_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Submission:
    """Who sent which list."""

    owner_id: str
    idempotency_key: str | None
    request_hash: bytes
    """SHA-256 of what was asked for."""
    content: BinaryIO
    """The list as it came, from its beginning."""
    suffix: str
    """What a file of its kind is called, as in `.csv`."""
    pcs: PcList


class Submissions:
    """Takes lists in: first the job, then its file, then its rows, and only then the queue.

    So whatever a crash leaves behind has a row that tells of it, and no worker ever sees half of a
    list. Who sends the same request again is given the same job.

    Args:
        intake: where jobs are stored.
        files: where the lists are kept as they came.
        clock: stamps the job.
    """

    def __init__(self, intake: Intake, files: FileStore, clock: Clock) -> None:
        self._intake = intake
        self._files = files
        self._clock = clock

    async def accept(self, submission: Submission) -> BulkJob:
        """Return the job that does it: a new one, or the one that this very request has already.

        Raises:
            KeyReusedError: the idempotency key stands for another request.
            KeyGoneError: the key stands for a job that was removed.
            TooManyUnfinishedError: the owner must wait.
            BulkJobStateError: it was cancelled while it was being stored.
            StoreUnavailableError: it could not be stored, and no trace of it is left if possible.
        """
        now = self._clock.now()
        job, is_ours = await self._intake.create(_new_job(submission, now), now)
        if not is_ours:
            return job
        try:
            return await self._store(job, submission)
        except Exception:
            await self._undo(job)
            raise

    async def _store(self, job: BulkJob, submission: Submission) -> BulkJob:
        await self._files.save(str(job.file_key), submission.content)
        for rows in _batches(submission.pcs.rows):
            await self._intake.add_rows(job, rows, self._clock.now())
        return await self._intake.enqueue(job, self._clock.now())

    async def _undo(self, job: BulkJob) -> None:
        # What cannot be undone now is abandoned by the cleanup, which also finds the file.
        with suppress(StoreUnavailableError):
            if await self._intake.discard(job):
                await self._files.delete(str(job.file_key))


def _new_job(submission: Submission, now: datetime) -> NewBulkJob:
    job_id = new_job_id(now)
    return NewBulkJob(
        id=job_id,
        kind=submission.pcs.kind,
        owner_id=submission.owner_id,
        idempotency_key=submission.idempotency_key,
        request_hash=submission.request_hash,
        file_key=f"{job_id}{submission.suffix}",
        total_count=len(submission.pcs.rows),
        bad_count=submission.pcs.bad_rows,
    )


def _batches(rows: Sequence[ListedRow]) -> Iterator[Sequence[ListedRow]]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows[start : start + _ROWS_AT_ONCE]
