"""What PcKeepAliveJob can be told, and what is refused."""

import logging
from datetime import timedelta
from typing import Final

import pytest
from pydantic.alias_generators import to_pascal

from login.app import build_host_builder
from login.domain.brakes import BrakeRules
from login.domain.sweep import SweepRules
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
    assert options.to_rules(has_one_writer=False).threshold.total_seconds() == 900
    assert options.complaints() == []


def test_without_settings_the_rule_is_the_plain_one() -> None:
    """Every minute, five minutes of silence, no brakes."""
    options = PcKeepAliveJobOptions()
    rules = options.to_rules(has_one_writer=False)
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


def test_every_option_has_its_key() -> None:
    """In PascalCase, with the unit in the name, and each means what it says."""
    options = PcKeepAliveJobOptions.model_validate(
        {
            "IntervalInSeconds": 7,
            "ChangeStateTimeInMinutes": 2,
            "ExpectedKeepAliveIntervalInSeconds": 50,
            "BatchSize": 3,
            "MaxMarkedPerRun": 4,
            "UnreadableKeepAlive": "Skip",
            "StartupGraceInSeconds": 5,
            "MassOfflineMaxFraction": 0.6,
            "MassOfflineMinCount": 7,
            "MassOfflineHoldInSeconds": 8,
            "IngestSilenceInSeconds": 9,
            "LateRunCompensation": False,
            "FutureSkewInSeconds": 11,
            "MaxConsecutiveFailures": 12,
        }
    )
    assert options.to_rules(has_one_writer=False) == SweepRules(
        threshold=timedelta(minutes=2),
        batch_size=3,
        max_marked_per_run=4,
        unreadable_is_stale=False,
        late_run_compensation=False,
        future_skew=timedelta(seconds=11),
        max_consecutive_failures=12,
        brakes=BrakeRules(
            startup_grace=5,
            mass_offline_max_fraction=0.6,
            mass_offline_min_count=7,
            mass_offline_hold=8,
            ingest_silence=9,
        ),
    )
    (complaint,) = options.complaints()
    assert "ExpectedKeepAliveIntervalInSeconds (50 s)" in complaint


OUT_OF_RANGE: Final[list[tuple[dict[str, object], str]]] = [
    ({"IntervalInSeconds": 0.5}, "IntervalInSeconds"),
    ({"IntervalInSeconds": 86_401}, "IntervalInSeconds"),
    ({"ChangeStateTimeInMinutes": 0}, "ChangeStateTimeInMinutes"),
    ({"ExpectedKeepAliveIntervalInSeconds": 0}, "ExpectedKeepAliveIntervalInSeconds"),
    ({"ExpectedKeepAliveIntervalInSeconds": 3_601}, "ExpectedKeepAliveIntervalInSeconds"),
    ({"RunOn": "SomeReplicas"}, "RunOn"),
    ({"BatchSize": 0}, "BatchSize"),
    ({"BatchSize": 10_001}, "BatchSize"),
    ({"BatchSize": 10, "MaxMarkedPerRun": 9}, "MaxMarkedPerRun"),
    ({"MaxMarkedPerRun": 0}, "MaxMarkedPerRun"),
    ({"UnreadableKeepAlive": "perhaps"}, "UnreadableKeepAlive"),
    ({"StartupGraceInSeconds": -1}, "StartupGraceInSeconds"),
    ({"StartupGraceInSeconds": 86_401}, "StartupGraceInSeconds"),
    ({"MassOfflineMaxFraction": 0}, "MassOfflineMaxFraction"),
    ({"MassOfflineMaxFraction": 1.1}, "MassOfflineMaxFraction"),
    ({"MassOfflineMinCount": 0}, "MassOfflineMinCount"),
    ({"MassOfflineHoldInSeconds": -1}, "MassOfflineHoldInSeconds"),
    ({"MassOfflineHoldInSeconds": 86_401}, "MassOfflineHoldInSeconds"),
    ({"IngestSilenceInSeconds": 0}, "IngestSilenceInSeconds"),
    ({"LateRunCompensation": "perhaps"}, "LateRunCompensation"),
    ({"FutureSkewInSeconds": -1}, "FutureSkewInSeconds"),
    ({"MaxConsecutiveFailures": 0}, "MaxConsecutiveFailures"),
    ({"ChangeStateTimeInMinute": 5}, "ChangeStateTimeInMinute"),
]


def test_no_option_goes_without_its_range() -> None:
    """Whoever adds an option says which values of it are refused."""
    own = PcKeepAliveJobOptions.__annotations__
    assert {to_pascal(name) for name in own} <= {where for _, where in OUT_OF_RANGE}


@pytest.mark.parametrize(("settings", "where"), OUT_OF_RANGE)
def test_other_settings_out_of_range_are_named(settings: dict[str, object], where: str) -> None:
    """Each option has its range, and unknown keys are refused."""
    builder = build_host_builder(settings_files=[], settings={"PcKeepAliveJob": settings})
    with pytest.raises(SettingsError, match=f"PcKeepAliveJob:{where}"):
        builder.build()


def test_a_batch_is_smaller_where_all_wait_for_it() -> None:
    """Keep-alives have to get in between; what is set is set, and a cap is never passed."""
    for has_one_writer, size in ((False, 1_000), (True, 300)):
        rules = PcKeepAliveJobOptions().to_rules(has_one_writer=has_one_writer)
        assert rules.batch_size == size
    for given, size in (({"BatchSize": 7}, 7), ({"MaxMarkedPerRun": 5}, 5)):
        options = PcKeepAliveJobOptions.model_validate(given)
        assert options.to_rules(has_one_writer=True).batch_size == size


def test_a_cap_of_one_batch_is_enough() -> None:
    """The cap may be as small as a batch; without a valid batch size it is not judged."""
    options = PcKeepAliveJobOptions.model_validate({"BatchSize": 10, "MaxMarkedPerRun": 10})
    assert options.to_rules(has_one_writer=False).max_marked_per_run == 10


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
