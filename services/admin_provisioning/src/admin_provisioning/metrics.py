"""What the AdminProvisioning service measures of its own, and what is called how."""

from itertools import starmap
from typing import Final

from loopjobs.telemetry import NamedCounter, TelemetryOptions

_WORKER: Final = "BulkJobWorker"
_CLEANUP: Final = "BulkJobCleanup"
_DRY: Final = "dry_run"


class AdminProvisioningTelemetryOptions(TelemetryOptions):
    """The settings section `Telemetry` of AdminProvisioning."""

    service_name: str = "admin-provisioning"
    """What the service is called wherever its telemetry arrives."""


def _rows(result: str) -> NamedCounter:
    return NamedCounter(
        name="provisioning.rows.done",
        description="Rows of bulk jobs that Login has answered, by result.",
        job=_WORKER,
        counter=result,
        unit="{row}",
        attributes={"result": result},
    )


def _cleaned(name: str, counter: str, unit: str, description: str) -> NamedCounter:
    return NamedCounter(
        name=name,
        description=description,
        job=_CLEANUP,
        counter=counter,
        unit=unit,
        unless=_DRY,
    )


_CLEANED: Final = (
    ("provisioning.bulk_jobs.deleted", "jobs", "{job}", "Bulk jobs deleted."),
    ("provisioning.items.deleted", "items", "{item}", "Rows deleted with their jobs."),
    (
        "provisioning.orphan_files.deleted",
        "orphans",
        "{file}",
        "Files without a job, deleted.",
    ),
    (
        "provisioning.bulk_jobs.reaped",
        "reaped",
        "{job}",
        "Failed, for their worker was lost.",
    ),
    (
        "provisioning.bulk_jobs.requeued",
        "requeued",
        "{job}",
        "Queued again, as the worker is lost.",
    ),
    ("provisioning.cleanup.failures", "failed", "{job}", "Bulk jobs that could not be cleaned up."),
)

NAMED: Final = (
    _rows("ok"),
    _rows("failed"),
    NamedCounter(
        name="provisioning.bulk_jobs.claimed",
        description="Bulk jobs that a worker took up; each time counts.",
        job=_WORKER,
        counter="claimed",
        unit="{job}",
    ),
    NamedCounter(
        name="provisioning.bulk_jobs.let_go",
        description="Bulk jobs put back before their end.",
        job=_WORKER,
        counter="let_go",
        unit="{job}",
    ),
    *starmap(_cleaned, _CLEANED),
    NamedCounter(
        name="provisioning.cleanup.backlog",
        description="Bulk jobs that are due to go and still there.",
        job=_CLEANUP,
        counter="backlog",
        unit="{job}",
        is_level=True,
        unless=_DRY,
    ),
    NamedCounter(
        name="provisioning.bulk_jobs.delete_lag",
        description="The longest time past its age of a job that the last run was to delete.",
        job=_CLEANUP,
        counter="delete_lag",
        unit="s",
        is_level=True,
        unless=_DRY,
    ),
)
"""What jobs report, under names of its own. No label names a person or a list."""
