"""What PcKeepAliveJob can be told, and what is refused."""

import logging

import pytest

from login.app import build_host_builder
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions, UnreadableKeepAlive
from login.storage.sweep_store import SqlSweepStore
from loopjobs import SettingsError
from loopjobs.testing import FakeClock

from .sweeper import Sweeper

SECTION = {
    "IntervalInSeconds": 10,
    "InitialDelayInSeconds": 600,
    "SkipIfRunning": True,
    "ChangeStateTimeInMinutes": 15,
}


def test_the_section_of_the_contract_binds_as_it_stands() -> None:
    """The settings that the operators have keep their meaning."""
    options = PcKeepAliveJobOptions.model_validate(SECTION)
    assert (options.interval_in_seconds, options.initial_delay_in_seconds) == (10, 600)
    assert options.to_rules().threshold.total_seconds() == 900
    assert options.complaints() == []


def test_without_settings_the_rule_is_the_plain_one() -> None:
    """Every minute, five minutes of silence, no brakes."""
    options = PcKeepAliveJobOptions()
    rules = options.to_rules()
    assert (options.interval_in_seconds, rules.threshold.total_seconds()) == (60, 300)
    assert (rules.brakes.mass_offline_max_fraction, rules.brakes.ingest_silence) == (1.0, None)
    assert rules.unreadable_is_stale


@pytest.mark.parametrize("value", [0, -1, "NaN", float("nan"), "abc", 10_081])
def test_case_16_a_threshold_that_makes_no_sense_keeps_the_service_from_starting(
    value: object,
) -> None:
    """The error names the setting; nothing has started then."""
    builder = build_host_builder(
        settings_files=[], settings={"PcKeepAliveJob": {"ChangeStateTimeInMinutes": value}}
    )
    with pytest.raises(SettingsError, match="PcKeepAliveJob:ChangeStateTimeInMinutes"):
        builder.build()


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"BatchSize": 0}, "BatchSize"),
        ({"BatchSize": 10, "MaxMarkedPerRun": 9}, "MaxMarkedPerRun"),
        ({"MassOfflineMaxFraction": 1.1}, "MassOfflineMaxFraction"),
        ({"IngestSilenceInSeconds": 0}, "IngestSilenceInSeconds"),
        ({"UnreadableKeepAlive": "perhaps"}, "UnreadableKeepAlive"),
        ({"IntervalInSeconds": 0.5}, "IntervalInSeconds"),
        ({"ChangeStateTimeInMinute": 5}, "ChangeStateTimeInMinute"),
    ],
)
def test_other_settings_out_of_range_are_named(settings: dict[str, object], where: str) -> None:
    """Each option has its range, and unknown keys are refused."""
    builder = build_host_builder(settings_files=[], settings={"PcKeepAliveJob": settings})
    with pytest.raises(SettingsError, match=f"PcKeepAliveJob:{where}"):
        builder.build()


def test_a_cap_of_one_batch_is_enough() -> None:
    """The cap may be as small as a batch; without a valid batch size it is not judged."""
    options = PcKeepAliveJobOptions.model_validate({"BatchSize": 10, "MaxMarkedPerRun": 10})
    assert options.to_rules().max_marked_per_run == 10


def test_words_may_be_spelled_in_any_case() -> None:
    """As in the settings of the library itself."""
    options = PcKeepAliveJobOptions.model_validate({"UnreadableKeepAlive": "SKIP"})
    assert options.unreadable_keep_alive is UnreadableKeepAlive.SKIP


async def test_a_threshold_that_invites_flapping_is_told_once(
    sweep_store: SqlSweepStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Less than three keep-alives, or three sweeps, before a PC is offline: once a warning."""
    sweeper = Sweeper(sweep_store, clock, ChangeStateTimeInMinutes=2, IntervalInSeconds=50)
    for _ in range(2):
        await sweeper.sweep()
    told = "PcKeepAliveJob: ChangeStateTimeInMinutes (120 s) is less than three times "
    assert [line.getMessage() for line in caplog.records if line.levelno == logging.WARNING] == [
        f"{told}ExpectedKeepAliveIntervalInSeconds (60 s): PCs may flap",
        f"{told}IntervalInSeconds (50 s): PCs may flap",
    ]
