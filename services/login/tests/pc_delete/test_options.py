"""What PcDeleteJob can be told, and what is refused."""

from datetime import timedelta
from typing import Final

import pytest
from pydantic.alias_generators import to_pascal

from login.app import build_host_builder
from login.domain.retirement import RetirementRules
from login.domain.retirement_brake import RetirementBrakeRules
from login.domain.retirement_rule import RetirementAges
from login.jobs.pc_delete_options import DeleteMode, PcDeleteJobOptions
from loopjobs import SettingsError


def test_without_settings_pcs_have_months() -> None:
    """90 days until a PC is retired, 30 more until it is purged; a brake at a fifth."""
    options = PcDeleteJobOptions()
    rules, brake = options.to_rules(), options.to_brake_rules()
    assert (options.interval_in_seconds, options.start_jitter_in_seconds) == (3_600, 3_600)
    assert rules.ages.delete_after == timedelta(days=90)
    assert rules.ages.purge_after == timedelta(days=30)
    assert rules.ages.never_seen_after == timedelta(days=7)
    assert (rules.batch_size, rules.max_per_run, rules.is_rehearsal) == (500, 5_000, False)
    assert (brake.max_fraction, brake.min_count) == (0.2, 50)


def test_the_section_may_be_missing() -> None:
    """The service starts with the job on its defaults."""
    assert "PcDeleteJob" in build_host_builder(settings_files=[]).build().jobs


def test_every_option_has_its_key() -> None:
    """In PascalCase, with the unit in the name, and each means what it says."""
    options = PcDeleteJobOptions.model_validate(
        {
            "IntervalInSeconds": 60,
            "StartJitterInSeconds": 5,
            "DeleteAfterDays": 10,
            "Mode": "HARD",
            "PurgeAfterDays": 3,
            "NeverSeenAfterDays": None,
            "BatchSize": 10,
            "MaxPerRun": 11,
            "MaxDeleteFraction": 0.5,
            "MaxDeleteMinCount": 7,
            "DryRun": True,
            "BatchPauseInMilliseconds": 20,
        }
    )
    assert (options.interval_in_seconds, options.start_jitter_in_seconds) == (60, 5)
    assert options.mode is DeleteMode.HARD
    assert options.to_rules() == RetirementRules(
        ages=RetirementAges(
            delete_after=timedelta(days=10), purge_after=timedelta(), never_seen_after=None
        ),
        batch_size=10,
        max_per_run=11,
        pause=0.02,
        is_rehearsal=True,
    )
    assert options.to_brake_rules() == RetirementBrakeRules(max_fraction=0.5, min_count=7)
    two_phase = PcDeleteJobOptions.model_validate({"PurgeAfterDays": 3, "NeverSeenAfterDays": 2})
    ages = two_phase.to_rules().ages
    assert (ages.purge_after, ages.never_seen_after) == (timedelta(days=3), timedelta(days=2))


def test_a_pause_that_nobody_sets_is_left_to_the_batches() -> None:
    """As long as each takes."""
    assert PcDeleteJobOptions().to_rules().pause is None


@pytest.mark.parametrize("value", [0, -5, "", "NaN", 3_651])
@pytest.mark.parametrize("option", ["DeleteAfterDays", "NeverSeenAfterDays"])
def test_case_15_an_age_that_makes_no_sense_keeps_the_service_from_starting(
    option: str, value: object
) -> None:
    """The error names the setting; nothing has started then."""
    builder = build_host_builder(settings_files=[], settings={"PcDeleteJob": {option: value}})
    with pytest.raises(SettingsError, match=f"PcDeleteJob:{option}"):
        builder.build()


OUT_OF_RANGE: Final[list[tuple[dict[str, object], str]]] = [
    ({"IntervalInSeconds": 9}, "IntervalInSeconds"),
    ({"IntervalInSeconds": 604_801}, "IntervalInSeconds"),
    ({"StartJitterInSeconds": -1}, "StartJitterInSeconds"),
    ({"StartJitterInSeconds": 604_801}, "StartJitterInSeconds"),
    ({"RunOn": "SomeReplicas"}, "RunOn"),
    ({"DeleteAfterDays": 0}, "DeleteAfterDays"),
    ({"Mode": "Soft"}, "Mode"),
    ({"PurgeAfterDays": -1}, "PurgeAfterDays"),
    ({"PurgeAfterDays": 3_651}, "PurgeAfterDays"),
    ({"NeverSeenAfterDays": 0}, "NeverSeenAfterDays"),
    ({"BatchSize": 0}, "BatchSize"),
    ({"BatchSize": 5_001}, "BatchSize"),
    ({"BatchSize": 10, "MaxPerRun": 9}, "MaxPerRun"),
    ({"MaxPerRun": 499}, "MaxPerRun"),
    ({"MaxPerRun": 100_001}, "MaxPerRun"),
    ({"MaxDeleteFraction": 0}, "MaxDeleteFraction"),
    ({"MaxDeleteFraction": 1.1}, "MaxDeleteFraction"),
    ({"MaxDeleteMinCount": 0}, "MaxDeleteMinCount"),
    ({"DryRun": "perhaps"}, "DryRun"),
    ({"BatchPauseInMilliseconds": -1}, "BatchPauseInMilliseconds"),
    ({"BatchPauseInMilliseconds": 10_001}, "BatchPauseInMilliseconds"),
    ({"DeleteAfterDay": 5}, "DeleteAfterDay"),
]


def test_no_option_goes_without_its_range() -> None:
    """Whoever adds an option says which values of it are refused."""
    own = PcDeleteJobOptions.__annotations__
    assert {to_pascal(name) for name in own} <= {where for _, where in OUT_OF_RANGE}


@pytest.mark.parametrize(("settings", "where"), OUT_OF_RANGE)
def test_case_15_other_settings_out_of_range_are_named(
    settings: dict[str, object], where: str
) -> None:
    """Each option has its range, and unknown keys are refused."""
    builder = build_host_builder(settings_files=[], settings={"PcDeleteJob": settings})
    with pytest.raises(SettingsError, match=f"PcDeleteJob:{where}"):
        builder.build()
