"""Interval or calendar: exactly one of the two, whoever has said it."""

import subprocess
import sys
from collections.abc import Mapping

import pytest
from pydantic import Field

from loopjobs import BuildError, CancellationToken, HostBuilder, LoopJobOptions, Problem


class Hourly(LoopJobOptions):
    interval_in_seconds: float = Field(3_600, ge=60)


class Nightly(LoopJobOptions):
    cron: str | None = "0 3 * * *"
    time_zone: str = "Europe/Berlin"


async def job(ct: CancellationToken) -> None:
    """Do nothing."""


def bound(options: type[LoopJobOptions], **section: object) -> LoopJobOptions:
    builder = HostBuilder(settings_files=(), settings={"Job": section})
    host = builder.add_loop_job(job, options, section_name="Job").build()
    return host.jobs["job"].status().options


def refused(options: type[LoopJobOptions], section: Mapping[str, object]) -> list[Problem]:
    builder = HostBuilder(settings_files=(), settings={"Job": section})
    with pytest.raises(BuildError) as caught:
        builder.add_loop_job(job, options, section_name="Job").build()
    return list(caught.value.problems)


def test_a_calendar_stands_in_for_the_interval() -> None:
    """And whoever reads the interval is told the longest time between two slots."""
    options = bound(LoopJobOptions, Cron="0 9 * * 1-5", TimeZone="Europe/Berlin")
    assert options.calendar is not None
    assert (options.calendar.cron, options.calendar.time_zone) == ("0 9 * * 1-5", "Europe/Berlin")
    assert options.interval_in_seconds == 3 * 86_400
    assert LoopJobOptions(interval_in_seconds=10).calendar is None


@pytest.mark.parametrize(
    "options", [Nightly(), Hourly(cron="0 3 * * *"), Nightly(interval_in_seconds=9)]
)
def test_what_was_given_can_be_given_again(options: LoopJobOptions) -> None:
    """As the harness for tests does."""
    given = {name: getattr(options, name) for name in options.model_fields_set}
    assert type(options)(**given) == options


@pytest.mark.parametrize(
    ("options", "section", "interval", "cron"),
    [
        (Hourly, {"Cron": "0 3 * * *"}, 86_400, "0 3 * * *"),
        (Hourly, {"IntervalInSeconds": None, "Cron": "0 3 * * *"}, 86_400, "0 3 * * *"),
        (Hourly, {"Cron": None}, 3_600, None),
        (Hourly, {"IntervalInSeconds": None}, 3_600, None),
        (Nightly, {"Cron": None}, 86_400, "0 3 * * *"),
        (Nightly, {"IntervalInSeconds": None}, 86_400, "0 3 * * *"),
        (Nightly, {}, 86_400, "0 3 * * *"),
        (Nightly, {"IntervalInSeconds": 60}, 60, None),
        (Nightly, {"IntervalInSeconds": 60, "Cron": None}, 60, None),
        (Nightly, {"Cron": "0 * * * *"}, 3_600, "0 * * * *"),
    ],
)
def test_what_is_given_counts_for_more_than_a_default_of_the_other_kind(
    options: type[LoopJobOptions], section: Mapping[str, object], interval: float, cron: str | None
) -> None:
    """Null gives nothing: so one settings file takes back what another has given."""
    found = bound(options, **section)
    assert (found.interval_in_seconds, found.cron) == (interval, cron)


@pytest.mark.parametrize("options", [LoopJobOptions, Hourly, Nightly])
def test_both_given_is_one_error_beside_the_others(options: type[LoopJobOptions]) -> None:
    """The settings contradict themselves."""
    section = {"IntervalInSeconds": 60, "Cron": "0 3 * * *", "LeaseInSeconds": 0}
    both, lease = sorted(refused(options, section), key=lambda problem: problem.where)
    assert both.where == "Job:Cron"
    assert both.what.startswith(
        "is given beside IntervalInSeconds: exactly one of the two must be, given '0 3 * * *'"
    )
    assert lease.where == "Job:LeaseInSeconds"


@pytest.mark.parametrize("section", [{"TimeZone": "UTC"}, {"IntervalInSeconds": None}])
def test_neither_given_is_one_error_that_names_both(section: Mapping[str, object]) -> None:
    """A null gives nothing."""
    (problem,) = refused(LoopJobOptions, section)
    what = "is required, but missing, and so is Cron"
    assert (problem.where, problem.what) == ("Job:IntervalInSeconds", what)
    assert problem.remedy.startswith("Add 'IntervalInSeconds' or 'Cron' to 'Job' in ")


def test_a_section_that_is_missing_lacks_one_of_both() -> None:
    """Unless the class has one of them."""
    builder = HostBuilder(settings_files=()).add_loop_job(job, LoopJobOptions)
    with pytest.raises(BuildError, match="missing, and IntervalInSeconds or Cron must be given"):
        builder.build()
    host = HostBuilder(settings_files=()).add_loop_job(job, Nightly).build()
    assert host.jobs["job"].status().options.cron == "0 3 * * *"


@pytest.mark.parametrize("cron", ["0 9 * * 1-5", "0 0 1 * *"])
def test_a_bound_of_the_interval_that_a_calendar_breaks_is_told_of_the_calendar(cron: str) -> None:
    """It holds for the longest time between two slots; nobody has given an interval."""

    class AtLeastDaily(LoopJobOptions):
        interval_in_seconds: float = Field(le=86_400)

    assert bound(AtLeastDaily, Cron="0 9 * * *").interval_in_seconds == 86_400
    (problem,) = refused(AtLeastDaily, {"Cron": cron})
    gap = LoopJobOptions(cron=cron).interval_in_seconds
    assert problem.where == "Job:Cron"
    assert problem.what == (
        f"has up to {gap:.0f} seconds from one slot to the next; that should be less than or equal"
        f" to 86400, given '{cron}'"
    )
    (problem,) = refused(AtLeastDaily, {"IntervalInSeconds": 86_401})
    assert problem.where == "Job:IntervalInSeconds"


def test_both_as_defaults_is_an_error_of_the_class() -> None:
    """Which of the two would be meant, nobody knows."""
    with pytest.raises(TypeError, match="Both has defaults for both interval_in_seconds and cron"):

        class Both(Hourly):
            cron: str | None = "0 3 * * *"


@pytest.mark.parametrize(
    ("section", "where", "what"),
    [
        ({"Cron": "0 3 * *"}, "Cron", "must have five fields, or six with seconds first, not 4"),
        ({"Cron": "0 77 * * *"}, "Cron", "must be a cron expression; its hour '77' is none"),
        ({"Cron": 5}, "Cron", "must be a string"),
        (
            {"Cron": "0 77 * * *", "JitterInSeconds": 3_600},
            "Cron",
            "must be a cron expression; its hour '77' is none",
        ),
        (
            {"Cron": "0 3 * * *", "TimeZone": "Europe/Brelin"},
            "TimeZone",
            "must be a time zone of IANA or UTC; did you mean 'Europe/Berlin'?",
        ),
        (
            {"Cron": "0 3 * * *", "Pacing": "FixedDelay"},
            "Pacing",
            "FixedDelay counts from the end of each run, and Cron names times",
        ),
        (
            {"Cron": "0,5 3 * * *", "JitterInSeconds": 300},
            "JitterInSeconds",
            "must be less than the shortest time between two slots (300)",
        ),
    ],
)
@pytest.mark.parametrize("options", [LoopJobOptions, Hourly])
def test_a_calendar_that_is_none_is_refused_in_one_sentence(
    options: type[LoopJobOptions], section: Mapping[str, object], where: str, what: str
) -> None:
    """Its interval is no problem of its own."""
    (problem,) = refused(options, section)
    assert problem.where == f"Job:{where}"
    assert problem.what.startswith(what)


def test_without_the_extra_only_a_calendar_is_refused() -> None:
    """With what to install; an interval needs nothing of it, and imports nothing of it."""
    program = """
import sys
sys.modules["cronsim"] = None
from loopjobs import LoopJobOptions
LoopJobOptions(interval_in_seconds=10)
try:
    LoopJobOptions(cron="0 3 * * *")
except ValueError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "Cron needs cronsim: pip install 'loopjobs[cron]'" in done.stdout
