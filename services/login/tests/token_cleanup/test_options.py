"""What TokenCleanupJob can be told, and what is refused."""

import logging
from datetime import timedelta
from typing import Final

import pytest
from pydantic.alias_generators import to_pascal

from login.app import build_host_builder
from login.domain.token_cleanup_tally import CleanupRules
from login.domain.token_retention import Retention
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
    assert (rules.batch_size, rules.max_per_run) == (1_000, 100_000)
    assert (rules.pause, rules.pause_share) == (None, 3)
    assert not rules.dry_run
    assert options.complaints() == []


def test_where_there_is_one_writer_batches_are_smaller_and_pauses_shorter() -> None:
    """Unless the settings say otherwise."""
    rules = bound().to_rules(has_one_writer=True)
    assert (rules.batch_size, rules.pause_share) == (500, 0.5)
    rules = bound(BatchSize=7, BatchPauseInMilliseconds=0).to_rules(has_one_writer=True)
    assert (rules.batch_size, rules.pause) == (7, 0)


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


def test_every_option_has_its_key() -> None:
    """In PascalCase, with the unit in the name, and each means what it says."""
    options = bound(
        IntervalInSeconds=20,
        StartJitterInSeconds=3,
        BatchSize=4,
        MaxPerRun=5,
        BacklogIntervalInSeconds=6,
        RetainExpiredForDays=7,
        RetainConsumedForDays=8,
        RetainRevokedForDays=9,
        BatchPauseInMilliseconds=10,
        StatementTimeoutInSeconds=11,
        DryRun=True,
    )
    assert (options.interval_in_seconds, options.start_jitter_in_seconds) == (20, 3)
    assert (options.backlog_interval_in_seconds, options.statement_timeout_in_seconds) == (6, 11)
    assert options.to_rules(has_one_writer=True) == CleanupRules(
        retention=Retention(
            expired=timedelta(days=7), revoked=timedelta(days=9), consumed=timedelta(days=8)
        ),
        batch_size=4,
        max_per_run=5,
        pause=0.01,
        pause_share=0.5,
        dry_run=True,
    )


OUT_OF_RANGE: Final[list[tuple[dict[str, object], str]]] = [
    ({"IntervalInSeconds": 0}, "IntervalInSeconds"),
    ({"IntervalInSeconds": 9}, "IntervalInSeconds"),
    ({"IntervalInSeconds": 604_801}, "IntervalInSeconds"),
    ({"StartJitterInSeconds": -1}, "StartJitterInSeconds"),
    ({"RunOn": "SomeReplicas"}, "RunOn"),
    ({"BatchSize": 0}, "BatchSize"),
    ({"BatchSize": 10_001}, "BatchSize"),
    ({"BatchSize": 10, "MaxPerRun": 9}, "MaxPerRun"),
    ({"MaxPerRun": 0}, "MaxPerRun"),
    ({"BacklogIntervalInSeconds": 0}, "BacklogIntervalInSeconds"),
    ({"BacklogIntervalInSeconds": 604_801}, "BacklogIntervalInSeconds"),
    ({"RetainExpiredForDays": -1}, "RetainExpiredForDays"),
    ({"RetainExpiredForDays": 366}, "RetainExpiredForDays"),
    ({"RetainConsumedForDays": -1}, "RetainConsumedForDays"),
    ({"RetainConsumedForDays": 366}, "RetainConsumedForDays"),
    ({"RetainRevokedForDays": -1}, "RetainRevokedForDays"),
    ({"RetainRevokedForDays": 366}, "RetainRevokedForDays"),
    ({"BatchPauseInMilliseconds": -1}, "BatchPauseInMilliseconds"),
    ({"BatchPauseInMilliseconds": 10_001}, "BatchPauseInMilliseconds"),
    ({"StatementTimeoutInSeconds": 0.5}, "StatementTimeoutInSeconds"),
    ({"StatementTimeoutInSeconds": 601}, "StatementTimeoutInSeconds"),
    ({"DryRun": "perhaps"}, "DryRun"),
    ({"RetainExpiredForDay": 1}, "RetainExpiredForDay"),
]


def test_no_option_goes_without_its_range() -> None:
    """Whoever adds an option says which values of it are refused."""
    own = TokenCleanupJobOptions.__annotations__
    assert {to_pascal(name) for name in own} <= {where for _, where in OUT_OF_RANGE}


@pytest.mark.parametrize(("settings", "where"), OUT_OF_RANGE)
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
