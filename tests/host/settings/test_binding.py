"""Binding sections to options classes: which sections, keys and values are taken."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import pytest
from pydantic import BaseModel, Field

from loopjobs import HostOptions, LoopJobOptions, Options, Pacing, Problem
from loopjobs._host.settings import Bound, SettingsSources

OptionsT = TypeVar("OptionsT", bound=Options)
Write = Callable[..., Path]


class Retry(BaseModel):
    max_count: int = 3


KNOWN_KEYS = (
    "Known keys: SettingsReloadIntervalInSeconds, ShutdownTimeoutInSeconds, "
    "TimerSlackInMilliseconds."
)


def bind(options: type[OptionsT], settings: Mapping[str, object]) -> Bound[OptionsT]:
    """Bind the section `S` of settings given in code."""
    sources = SettingsSources(settings_files=[], settings=settings, environment=None)
    return sources.read().bind(options, "S")


def bound(options: type[OptionsT], section: Mapping[str, object]) -> OptionsT:
    """Bind what must have no problems."""
    result = bind(options, {"S": section})
    assert result.problems == ()
    assert result.options is not None
    return result.options


def refused(options: type[OptionsT], section: Mapping[str, object]) -> list[tuple[str, str]]:
    """Bind what must have problems; return where and what."""
    result = bind(options, {"S": section})
    assert result.options is None
    return [(problem.where, problem.what) for problem in result.problems]


def test_a_job_section_binds_as_it_stands(write: Write) -> None:
    """The section of the .NET service is taken over unchanged."""

    class PcKeepAliveJobOptions(LoopJobOptions):
        interval_in_seconds: float = Field(10, ge=1)
        change_state_time_in_minutes: float = Field(5, gt=0)

    write(
        """{ "PcKeepAliveJob": { "IntervalInSeconds": 10, "InitialDelayInSeconds": 600,
             "SkipIfRunning": true, "ChangeStateTimeInMinutes": 15 } }"""
    )
    sources = SettingsSources(settings_files=None, settings=None, environment=None)
    options = sources.read().bind(PcKeepAliveJobOptions, "PcKeepAliveJob").options
    assert options == PcKeepAliveJobOptions(
        interval_in_seconds=10,
        initial_delay_in_seconds=600,
        skip_if_running=True,
        change_state_time_in_minutes=15,
    )


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("IntervalInSeconds", "2.5", 2.5),
        ("MaxConcurrentRuns", "7", 7),
        ("SkipIfRunning", "False", False),
        ("Pacing", "fixeddelay", Pacing.FIXED_DELAY),
    ],
)
def test_texts_become_what_is_wanted(
    key: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values of variables are texts, and numbers in quotes are numbers, as in .NET."""
    assert value in bound(LoopJobOptions, {"IntervalInSeconds": 1, key: text}).model_dump().values()
    monkeypatch.setenv(f"S__{key}", text)
    result = bind(LoopJobOptions, {"S:IntervalInSeconds": 1} if key[0] != "I" else {})
    assert result.options is not None
    assert value in result.options.model_dump().values()


@pytest.mark.parametrize("value", [True, "true"])
def test_true_is_no_number(value: object) -> None:
    """An interval of `true` is refused, as a word and as text."""
    ((where, what),) = refused(LoopJobOptions, {"IntervalInSeconds": value})
    assert where == "S:IntervalInSeconds"
    assert what.endswith(", given true" if value is True else "must be a number, given 'true'")


def test_null_is_a_value() -> None:
    """It clears an option that may be empty, and is refused by one that may not."""
    assert bound(
        LoopJobOptions, {"IntervalInSeconds": 1, "TimeoutInSeconds": None}
    ) == LoopJobOptions(interval_in_seconds=1, timeout_in_seconds=None)
    assert refused(LoopJobOptions, {"IntervalInSeconds": 1, "Enabled": None}) == [
        ("S:Enabled", "must be true or false, given null")
    ]


def test_values_given_in_code_may_be_objects() -> None:
    """What is no JSON passes through to pydantic."""

    class Timing(Options):
        pause: timedelta
        retry: Retry

    retry = Retry(max_count=9)
    options = bound(Timing, {"Pause": timedelta(seconds=3), "Retry": retry})
    assert options == Timing(pause=timedelta(seconds=3), retry=retry)


def test_names_of_a_dict_are_validated() -> None:
    """A name that does not fit is told apart from a value that does not."""

    class Table(Options):
        rows: dict[int, str]

    assert refused(Table, {"Rows": {"one": "a"}}) == [("S:Rows:one", "its name must be an integer")]


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("ShutdownTimeoutInSecond", "Did you mean 'ShutdownTimeoutInSeconds'?"),
        ("shutdown_timeout_in_seconds", "Did you mean 'ShutdownTimeoutInSeconds'?"),
        ("Color", KNOWN_KEYS),
        ("", KNOWN_KEYS),
    ],
)
def test_an_unknown_key_is_a_problem_with_a_proposal(key: str, remedy: str) -> None:
    """The nearest key, or all there are; the value is not shown, for it may be a secret."""
    (problem,) = bind(HostOptions, {"S": {key: "hunter2"}}).problems
    assert problem == Problem(
        f"S:{key}", "is not a known key", remedy, source="settings given in code"
    )


def test_options_without_keys_know_none() -> None:
    """Then the list of known keys says so."""
    (problem,) = bind(Options, {"S": {"a": 1}}).problems
    assert problem.remedy == "Known keys: none."


def test_a_missing_section_needs_defaults() -> None:
    """A section may be left out if every option has a default."""
    assert bind(HostOptions, {}).options == HostOptions()
    assert bind(LoopJobOptions, {}).problems == (
        Problem(
            "S",
            "the section is missing, and IntervalInSeconds or Cron must be given",
            "Add 'S' to settings given in code, or set environment variable S__IntervalInSeconds.",
        ),
    )


@pytest.mark.parametrize(
    ("section", "settings", "proposal"),
    [
        ("PcKeepAliveJob", {"PcKeepAlive": {}, "Logging": {}}, "Did you mean 'PcKeepAlive'? "),
        ("Jobs:Mail", {"Jobs": {"Mails": {}}}, "Did you mean 'Jobs:Mails'? "),
        ("Jobs:Mail", {"Job": {"Mail": {}}}, "Did you mean 'Job'? "),
        ("PcDeleteJob", {"PcKeepAliveJob": {}}, "Add "),
    ],
)
def test_a_missing_section_may_be_misspelled(
    section: str, settings: dict[str, object], proposal: str
) -> None:
    """The nearest name beside it is proposed, but not that of another job."""
    sources = SettingsSources(settings_files=[], settings=settings, environment=None)
    (problem,) = sources.read().bind(LoopJobOptions, section).problems
    assert problem.where == section
    assert problem.remedy.startswith(proposal)


@pytest.mark.parametrize(
    ("section", "settings", "where", "given"),
    [
        ("S", {"S": 5}, "S", "5"),
        ("S", {"S": None}, "S", "null"),
        ("S", {"S": ["a", {"b": 1}]}, "S", "['a', an object]"),
        ("S:T", {"S": "x"}, "S", "'x'"),
        ("Secrets", {"Secrets": "hunter2"}, "Secrets", "***"),
    ],
)
def test_a_section_must_be_an_object(
    section: str, settings: dict[str, object], where: str, given: str
) -> None:
    """Anything else is refused, also on the way to a nested section."""
    sources = SettingsSources(settings_files=[], settings=settings, environment=None)
    assert sources.read().bind(HostOptions, section).problems == (
        Problem(
            where,
            f"a section must be an object, given {given}",
            "Write its keys between { and }.",
            "settings given in code",
        ),
    )


def test_a_crash_of_a_validator_names_the_section() -> None:
    """A mistake in code is raised as what it is, with a note where it happened."""

    class Broken(Options):
        numbers: Annotated[int, Field(default_factory=[].pop)]

    with pytest.raises(IndexError) as caught:
        bind(Broken, {"S": {}})
    assert caught.value.__notes__ == ["while settings section 'S' was bound to Broken"]
