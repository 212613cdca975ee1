"""What TokenCleanupJob can be told, and what is refused."""

import logging
from datetime import timedelta

import pytest

from login.app import build_host_builder
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from loopjobs import SettingsError
from loopjobs.testing import FakeClock

from .cleaner import Cleaner
from .fake_token_store import FakeTokenStore


def bound(**options: object) -> TokenCleanupJobOptions:
    return TokenCleanupJobOptions.model_validate(options)


def test_without_settings_it_cleans_hourly_and_keeps_what_detects_theft() -> None:
    """An hour, fuzzed; a day for the expired, a week for the revoked; consumed ones stay."""
    options = bound()
    assert (options.interval_in_seconds, options.start_jitter_in_seconds) == (3_600, 3_600)
    rules = options.to_rules(has_one_writer=False)
    retention = rules.retention
    assert (retention.expired, retention.revoked) == (timedelta(days=1), timedelta(days=7))
    assert retention.consumed is None
    assert (rules.batch_size, rules.max_per_run, rules.batch_pause) == (1_000, 100_000, 0)
    assert not rules.dry_run
    assert options.complaints() == []


def test_where_there_is_one_writer_batches_are_smaller_and_pause() -> None:
    """Unless the settings say otherwise."""
    rules = bound().to_rules(has_one_writer=True)
    assert (rules.batch_size, rules.batch_pause) == (500, 0.05)
    rules = bound(BatchSize=7, BatchPauseInMilliseconds=0).to_rules(has_one_writer=True)
    assert (rules.batch_size, rules.batch_pause) == (7, 0)


def test_the_start_is_spread_over_the_interval() -> None:
    """However long it is, unless the settings say otherwise."""
    assert bound(IntervalInSeconds=60).start_jitter_in_seconds == 60
    assert bound(IntervalInSeconds=60, StartJitterInSeconds=0).start_jitter_in_seconds == 0


def test_a_small_cap_makes_small_batches() -> None:
    """A cap below the size that batches have by themselves is no mistake."""
    assert bound(MaxPerRun=10).to_rules(has_one_writer=True).batch_size == 10


def test_days_may_be_fractions() -> None:
    """Half an hour of detecting reuse, say."""
    retention = bound(RetainConsumedForDays=0.25).to_rules(has_one_writer=True).retention
    assert retention.consumed == timedelta(hours=6)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"BatchSize": 0}, "BatchSize"),
        ({"BatchSize": 10_001}, "BatchSize"),
        ({"BatchSize": 10, "MaxPerRun": 9}, "MaxPerRun"),
        ({"MaxPerRun": 0}, "MaxPerRun"),
        ({"IntervalInSeconds": 0}, "IntervalInSeconds"),
        ({"IntervalInSeconds": 9}, "IntervalInSeconds"),
        ({"IntervalInSeconds": 604_801}, "IntervalInSeconds"),
        ({"StartJitterInSeconds": -1}, "StartJitterInSeconds"),
        ({"BacklogIntervalInSeconds": 0}, "BacklogIntervalInSeconds"),
        ({"RetainExpiredForDays": -1}, "RetainExpiredForDays"),
        ({"RetainExpiredForDays": 366}, "RetainExpiredForDays"),
        ({"RetainConsumedForDays": -1}, "RetainConsumedForDays"),
        ({"RetainRevokedForDays": -1}, "RetainRevokedForDays"),
        ({"BatchPauseInMilliseconds": 10_001}, "BatchPauseInMilliseconds"),
        ({"StatementTimeoutInSeconds": 0.5}, "StatementTimeoutInSeconds"),
        ({"RetainExpiredForDay": 1}, "RetainExpiredForDay"),
    ],
)
def test_case_15_settings_out_of_range_keep_the_service_from_starting(
    settings: dict[str, object], where: str
) -> None:
    """The error names the option; nothing has started then."""
    builder = build_host_builder(settings_files=[], settings={"TokenCleanupJob": settings})
    with pytest.raises(SettingsError, match=f"TokenCleanupJob:{where}"):
        builder.build()


async def test_a_short_memory_for_consumed_tokens_is_told_once(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Below half an hour a thief has a good chance not to be noticed."""
    cleaner = Cleaner(FakeTokenStore(0), clock, RetainConsumedForDays=0.02)
    for _ in range(2):
        await cleaner.clean()
    (warning,) = [line for line in caplog.records if line.levelno == logging.WARNING]
    assert warning.getMessage().startswith(
        "TokenCleanupJob: RetainConsumedForDays (0.02, that is 28.8 minutes) is less than 30"
    )
    assert bound(RetainConsumedForDays=0.5 / 24).complaints() == []
