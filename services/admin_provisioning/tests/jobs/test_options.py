"""What both jobs can be told, and what is refused."""

from datetime import timedelta
from typing import Final

import pytest
from pydantic.alias_generators import to_pascal

from admin_provisioning.app import build_host_builder
from admin_provisioning.domain.cleanup_run import CleanupRules
from admin_provisioning.domain.provisioning import ProvisioningRules
from admin_provisioning.domain.retention import RetentionRule
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.jobs.bulk_job_worker_options import BulkJobWorkerOptions
from loopjobs import LoopJobOptions, SettingsError

SECTIONS: Final[dict[str, type[LoopJobOptions]]] = {
    "BulkJobCleanup": BulkJobCleanupOptions,
    "BulkJobWorker": BulkJobWorkerOptions,
}
OUT_OF_RANGE: Final[list[tuple[str, str, object]]] = [
    ("BulkJobCleanup", "IntervalInSeconds", 9),
    ("BulkJobCleanup", "IntervalInSeconds", 604_801),
    ("BulkJobCleanup", "StartJitterInSeconds", -1),
    ("BulkJobCleanup", "RunOn", "SomeReplicas"),
    ("BulkJobCleanup", "RetainSucceededForDays", 0),
    ("BulkJobCleanup", "RetainFailedForDays", 0),
    ("BulkJobCleanup", "RetainCancelledForDays", 0),
    ("BulkJobCleanup", "KeepLastPerOwner", -1),
    ("BulkJobCleanup", "KeepLastPerOwner", 10_001),
    ("BulkJobCleanup", "AbandonCreatedAfterHours", 0.5),
    ("BulkJobCleanup", "AbandonCreatedAfterHours", 8_761),
    ("BulkJobCleanup", "ReapRunningAfterLeaseInSeconds", -1),
    ("BulkJobCleanup", "ReapRunningAfterLeaseInSeconds", 604_801),
    ("BulkJobCleanup", "MaxAttempts", 0),
    ("BulkJobCleanup", "MaxAttempts", 101),
    ("BulkJobCleanup", "JobBatchSize", 0),
    ("BulkJobCleanup", "JobBatchSize", 1_001),
    ("BulkJobCleanup", "ItemBatchSize", 0),
    ("BulkJobCleanup", "ItemBatchSize", 20_001),
    ("BulkJobCleanup", "MaxItemsPerRun", 0),
    ("BulkJobCleanup", "OrphanFileCooldownInHours", 0.5),
    ("BulkJobCleanup", "OrphanFileCooldownInHours", 8_761),
    ("BulkJobCleanup", "ArchiveRetainedForDays", 0),
    ("BulkJobCleanup", "ArchiveRetainedForDays", 3_651),
    ("BulkJobCleanup", "BatchPauseInMilliseconds", -1),
    ("BulkJobCleanup", "BatchPauseInMilliseconds", 10_001),
    ("BulkJobCleanup", "DryRun", "perhaps"),
    ("BulkJobCleanup", "RetainSucceeded", 7),
    ("BulkJobWorker", "IntervalInSeconds", 0.05),
    ("BulkJobWorker", "IntervalInSeconds", 3_601),
    ("BulkJobWorker", "MaxBackoffInSeconds", 0),
    ("BulkJobWorker", "MaxBackoffInSeconds", 3_601),
    ("BulkJobWorker", "ChunkSize", 0),
    ("BulkJobWorker", "ChunkSize", 1_001),
    ("BulkJobWorker", "ConcurrentCalls", 0),
    ("BulkJobWorker", "ConcurrentCalls", 101),
    ("BulkJobWorker", "JobLeaseInSeconds", 4),
    ("BulkJobWorker", "JobLeaseInSeconds", 3_601),
    ("BulkJobWorker", "RetryDelayInSeconds", -1),
    ("BulkJobWorker", "RetryDelayInSeconds", 3_601),
    ("BulkJobWorker", "Lease", 60),
]


@pytest.mark.parametrize(("section", "option", "value"), OUT_OF_RANGE)
def test_settings_out_of_range_keep_the_service_from_starting(
    section: str, option: str, value: object
) -> None:
    """Each option has its range, and unknown keys are refused; the error names the setting."""
    builder = build_host_builder(settings_files=[], settings={section: {option: value}})
    with pytest.raises(SettingsError, match=f"{section}:{option}"):
        builder.build()


@pytest.mark.parametrize("section", SECTIONS)
def test_no_option_goes_without_its_range(section: str) -> None:
    """Whoever adds an option says which values of it are refused."""
    own = {to_pascal(name) for name in SECTIONS[section].__annotations__}
    assert own <= {option for where, option, _ in OUT_OF_RANGE if where == section}


def test_every_option_of_the_cleanup_has_its_key() -> None:
    """In PascalCase, with the unit in the name, and each means what it says."""
    options = BulkJobCleanupOptions.model_validate(
        {
            "IntervalInSeconds": 20,
            "StartJitterInSeconds": 3,
            "RetainSucceededForDays": 4,
            "RetainFailedForDays": 5,
            "RetainCancelledForDays": 6,
            "KeepLastPerOwner": 7,
            "AbandonCreatedAfterHours": 8,
            "ReapRunningAfterLeaseInSeconds": 9,
            "MaxAttempts": 10,
            "JobBatchSize": 11,
            "ItemBatchSize": 12,
            "MaxItemsPerRun": 13,
            "OrphanFileCooldownInHours": 14,
            "ArchiveRetainedForDays": 15,
            "BatchPauseInMilliseconds": 16,
            "DryRun": True,
        }
    )
    assert (options.interval_in_seconds, options.start_jitter_in_seconds) == (20, 3)
    assert options.to_rules(is_sqlite=True) == CleanupRules(
        retention=RetentionRule(
            succeeded=timedelta(days=4),
            failed=timedelta(days=5),
            cancelled=timedelta(days=6),
            keep_last_per_owner=7,
        ),
        abandon_created_after=timedelta(hours=8),
        reap_running_after_lease=timedelta(seconds=9),
        max_attempts=10,
        job_batch_size=11,
        item_batch_size=12,
        max_items_per_run=13,
        orphan_file_cooldown=timedelta(hours=14),
        archive_retained_for=timedelta(days=15),
        dry_run=True,
        batch_pause=0.016,
    )


def test_every_option_of_the_worker_has_its_key() -> None:
    """In PascalCase, with the unit in the name, and each means what it says."""
    options = BulkJobWorkerOptions.model_validate(
        {
            "IntervalInSeconds": 1,
            "MaxBackoffInSeconds": 3,
            "ChunkSize": 4,
            "ConcurrentCalls": 5,
            "JobLeaseInSeconds": 6,
            "RetryDelayInSeconds": 7,
        }
    )
    assert (options.interval_in_seconds, options.max_backoff_in_seconds) == (1, 3)
    assert options.to_rules() == ProvisioningRules(
        chunk_size=4,
        concurrent_calls=5,
        lease=timedelta(seconds=6),
        retry_delay=timedelta(seconds=7),
    )


def test_without_settings_lists_are_done_at_once_and_kept_for_weeks() -> None:
    """The defaults of the specification."""
    worker, cleanup = BulkJobWorkerOptions(), BulkJobCleanupOptions()
    assert (worker.interval_in_seconds, worker.max_backoff_in_seconds) == (2, 60)
    assert worker.to_rules() == ProvisioningRules()
    assert cleanup.interval_in_seconds == 900
    assert cleanup.to_rules(is_sqlite=False) == CleanupRules()
    assert cleanup.complaints() == []
