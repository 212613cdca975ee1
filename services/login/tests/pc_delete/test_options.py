"""What PcDeleteJob can be told, and what is refused."""

from datetime import timedelta

import pytest

from login.app import build_host_builder
from login.jobs.pc_delete_options import DeleteMode, PcDeleteJobOptions
from loopjobs import SettingsError


def test_without_settings_pcs_have_months() -> None:
    """90 days until a PC is retired, 30 more until it is purged; a brake at a fifth."""
    options = PcDeleteJobOptions()
    rules, brake = options.to_rules(has_one_writer=True), options.to_brake_rules()
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
    """In PascalCase, with the unit in the name."""
    options = PcDeleteJobOptions.model_validate(
        {
            "IntervalInSeconds": 60,
            "StartJitterInSeconds": 0,
            "DeleteAfterDays": 10,
            "Mode": "HARD",
            "PurgeAfterDays": 3,
            "NeverSeenAfterDays": None,
            "BatchSize": 10,
            "MaxPerRun": 10,
            "MaxDeleteFraction": 1,
            "MaxDeleteMinCount": 1,
            "DryRun": True,
            "BatchPauseInMilliseconds": 20,
        }
    )
    rules = options.to_rules(has_one_writer=False)
    assert options.mode is DeleteMode.HARD
    assert rules.ages.purge_after == timedelta()
    assert rules.ages.never_seen_after is None
    assert (rules.max_per_run, rules.pause, rules.is_rehearsal) == (10, 0.02, True)


@pytest.mark.parametrize(("has_one_writer", "pause"), [(True, 0.05), (False, 0.0)])
def test_the_database_decides_about_the_pause(
    has_one_writer: bool,  # noqa: FBT001
    pause: float,
) -> None:
    """SQLite has one writer, so that the others need their turn."""
    assert PcDeleteJobOptions().to_rules(has_one_writer=has_one_writer).pause == pause


@pytest.mark.parametrize("value", [0, -5, "", "NaN", 3_651])
@pytest.mark.parametrize("option", ["DeleteAfterDays", "NeverSeenAfterDays"])
def test_case_15_an_age_that_makes_no_sense_keeps_the_service_from_starting(
    option: str, value: object
) -> None:
    """The error names the setting; nothing has started then."""
    builder = build_host_builder(settings_files=[], settings={"PcDeleteJob": {option: value}})
    with pytest.raises(SettingsError, match=f"PcDeleteJob:{option}"):
        builder.build()


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"PurgeAfterDays": -1}, "PurgeAfterDays"),
        ({"Mode": "Soft"}, "Mode"),
        ({"BatchSize": 0}, "BatchSize"),
        ({"BatchSize": 5_001}, "BatchSize"),
        ({"BatchSize": 10, "MaxPerRun": 9}, "MaxPerRun"),
        ({"MaxPerRun": 499}, "MaxPerRun"),
        ({"MaxDeleteFraction": 0}, "MaxDeleteFraction"),
        ({"MaxDeleteFraction": 1.1}, "MaxDeleteFraction"),
        ({"MaxDeleteMinCount": 0}, "MaxDeleteMinCount"),
        ({"BatchPauseInMilliseconds": -1}, "BatchPauseInMilliseconds"),
        ({"IntervalInSeconds": 9}, "IntervalInSeconds"),
        ({"IntervalInSeconds": 604_801}, "IntervalInSeconds"),
        ({"StartJitterInSeconds": -1}, "StartJitterInSeconds"),
        ({"DeleteAfterDay": 5}, "DeleteAfterDay"),
    ],
)
def test_case_15_other_settings_out_of_range_are_named(
    settings: dict[str, object], where: str
) -> None:
    """Each option has its range, and unknown keys are refused."""
    builder = build_host_builder(settings_files=[], settings={"PcDeleteJob": settings})
    with pytest.raises(SettingsError, match=f"PcDeleteJob:{where}"):
        builder.build()
