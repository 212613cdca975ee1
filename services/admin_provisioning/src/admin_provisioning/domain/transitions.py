"""What may be done with a bulk job, by the state it is in."""

from admin_provisioning.domain.bulk_job import FINISHED, RETRIABLE, UNFINISHED, BulkJob
from admin_provisioning.domain.errors import BulkJobStateError


def must_be_cancellable(job: BulkJob) -> None:
    """Let pass a job that can be stopped.

    Raises:
        BulkJobStateError: it is finished.
    """
    if job.state not in UNFINISHED:
        raise BulkJobStateError(f"this bulk job is {job.state} already; nothing is left to stop")


def must_be_retriable(job: BulkJob) -> None:
    """Let pass a job that failed, in whole or in part.

    Raises:
        BulkJobStateError: it did not.
    """
    if job.state not in RETRIABLE:
        raise BulkJobStateError(
            f"this bulk job is {job.state}; only one that is failed or partial can be tried again"
        )


def must_be_removable(job: BulkJob) -> None:
    """Let pass a job that nobody works at and nobody wants to keep.

    Raises:
        BulkJobStateError: it is not finished, or on hold.
    """
    if job.state not in FINISHED:
        raise BulkJobStateError(f"this bulk job is {job.state}; cancel it first, or wait")
    if job.hold:
        raise BulkJobStateError("this bulk job is on hold; release it first")
