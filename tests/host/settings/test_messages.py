"""What is said about values that break a rule."""

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Self

import pytest
from pydantic import AfterValidator, BaseModel, Field, HttpUrl, model_validator

from loopjobs import LoopJobOptions, Options, Problem, SettingsError
from loopjobs._host.settings import SettingsSources

Write = Callable[..., Path]


class Window(BaseModel):
    opens: int = 0
    closes: int = 24

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("Opens must come before Closes.")
        return self


def only_problem(options: type[Options], settings: Mapping[str, object]) -> Problem:
    """Bind the section `S` of settings given in code, which must have one problem."""
    sources = SettingsSources(settings_files=[], settings=settings, environment=None)
    (problem,) = sources.read().bind(options, "S").problems
    return problem


def sentences(text: str) -> list[str]:
    """Join what is indented deeper to the line above."""
    return re.sub(r"\n +", " ", inspect.cleandoc(text)).splitlines()


def fail(text: str) -> Callable[[object], object]:
    """Make a validator that refuses everything."""

    def validate(value: object) -> object:
        raise ValueError(text)

    return validate


def test_every_mistake_is_reported_at_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its path, the value, the rule, the source, and what to do."""

    class JobOptions(LoopJobOptions):
        retry: Window = Window()
        api_password: str = Field("", min_length=20)
        tags: tuple[int, ...] = ()

    write(
        """
        {
          // every kind of mistake
          "Job": {
            "IntervalInSeconds": -5, "SkipIfRuning": true, "Pacing": "sometimes",
            "maxconcurrentruns": "many", "JitterInSeconds": true, "TimeoutInSeconds": "1e999",
            "ApiPassword": "hunter2", "Tags": [1, "two"], "Retry": {"Opens": 30, "Shuts": 1},
            "Enabled": null,
          },
          "Late": {"TimeoutInSeconds": null},
          "Flat": 5,
          "PcDeleteJobs": {},
          "Twice": 1, "TWICE": 2,
        }
        """
    )
    monkeypatch.setenv("job__initialdelayinseconds", "-1")
    sources = SettingsSources(
        settings_files=None, settings={"Job:UnhealthyAfterFailures": 0.5}, environment=None
    )
    settings = sources.read()
    problems = list(settings.problems)
    for options, section in [
        (JobOptions, "Job"),
        (LoopJobOptions, "Late"),
        (LoopJobOptions, "Flat"),
        (LoopJobOptions, "PcDeleteJob"),
    ]:
        problems += settings.bind(options, section).problems
    assert [str(problem) for problem in problems] == sentences(
        """
        Twice: the key is given twice, in different case (from appsettings.json). Keep one of
            the two.
        Job:SkipIfRuning: is not a known key (from appsettings.json). Did you mean
            'SkipIfRunning'?
        Job:Retry:Shuts: is not a known key (from appsettings.json). Known keys: Closes, Opens.
        Job:IntervalInSeconds: must be more than 0 and at most ten years, given -5 (from
            appsettings.json). Correct the value.
        Job:InitialDelayInSeconds: must be at least 0, given '-1' (from environment variable
            job__initialdelayinseconds). Correct the value, or remove it to get the default, 0.0.
        Job:MaxConcurrentRuns: must be an integer, given 'many' (from appsettings.json). Correct
            the value, or remove it to get the default, 10.
        Job:Enabled: must be true or false, given null (from appsettings.json). Correct the
            value, or remove it to get the default, true.
        Job:Pacing: must be 'FixedRate' or 'FixedDelay', given 'sometimes' (from
            appsettings.json). Correct the value, or remove it to get the default, 'FixedRate'.
        Job:JitterInSeconds: must be a number, given true (from
            appsettings.json). Correct the value, or remove it to get the default, 0.0.
        Job:TimeoutInSeconds: must be a finite number, given '1e999' (from appsettings.json).
            Correct the value, or remove it to get the default, null.
        Job:UnhealthyAfterFailures: must be an integer, given 0.5 (from settings given in code).
            Correct the value, or remove it to get the default, 3.
        Job:Retry: Opens must come before Closes (from appsettings.json). Correct the values
            that do not fit together.
        Job:ApiPassword: must have at least 20 characters, given *** (from appsettings.json).
            Correct the value, or remove it to get the default.
        Job:Tags:1: must be an integer, given 'two' (from appsettings.json). Correct the value.
        Late:IntervalInSeconds: is required, but missing, and so is Cron. Add 'IntervalInSeconds' or
            'Cron' to 'Late' in appsettings.json, or set environment variable
            Late__IntervalInSeconds.
        Flat: a section must be an object, given 5 (from appsettings.json). Write its keys
            between { and }.
        PcDeleteJob: the section is missing, and IntervalInSeconds or Cron must be given. Did you
            mean 'PcDeleteJobs'? Otherwise add 'PcDeleteJob' to appsettings.json, or set environment
            variable PcDeleteJob__IntervalInSeconds.
        """
    )
    assert str(SettingsError(problems)).startswith("17 problems found; nothing was started:")


@pytest.mark.parametrize(
    ("annotation", "value", "what"),
    [
        (Annotated[int, Field(ge=1)], 0, "must be at least 1, given 0"),
        (int, "1.5", "must be an integer, given '1.5'"),
        (bool, "maybe", "must be true or false, given 'maybe'"),
        (str, 5, "must be a string, given 5"),
        (list[int], "1,2", "must be a list, given '1,2'"),
        (dict[str, int], [1, 2], "must be an object, given [1, 2]"),
        (Window, "x", "must be an object, given 'x'"),
        (int, {"a": "hunter2"}, "must be an integer, given an object"),
        (None, 5, "must be null, given 5"),
        (Annotated[str, Field(max_length=2)], "abc", "must have at most 2 characters, given 'abc'"),
        (
            Annotated[str, Field(max_length=2)],
            "x" * 200,
            f"must have at most 2 characters, given '{'x' * 78}…",
        ),
        (
            Annotated[list[str], Field(max_length=2)],
            ["x" * 30] * 3,
            f"must have at most 2 items after validation, not 3, given {str(['x' * 30] * 3)[:79]}…",
        ),
        (
            Annotated[HttpUrl, Field()],
            "ftp://me:hunter2@host",
            "URL scheme should be 'http' or 'https', given 'ftp://***@host'",
        ),
        (
            Annotated[str, AfterValidator(fail("Too\nbad.\x1b"))],
            "x",
            "Too\\nbad.\\x1b, given 'x'",
        ),
    ],
)
def test_rules_are_told_in_plain_words(annotation: object, value: object, what: str) -> None:
    """The rule, then the value as it stands in the settings, cut if it is long."""
    options = type("Made", (Options,), {"__annotations__": {"the_key": annotation}})
    problem = only_problem(options, {"S": {"thekey": value}})
    assert (problem.where, problem.what) == ("S:TheKey", what)


def test_keys_that_would_break_the_line_are_escaped() -> None:
    """A key cannot forge a line of the log."""
    problem = only_problem(LoopJobOptions, {"S": {"IntervalInSeconds": 1, "a\n\x1b[31m": 1}})
    assert problem.where == "S:a\\n\\x1b[31m"


def test_a_rule_between_keys_stands_at_the_section() -> None:
    """No single value is to blame: the path is that of the section, with all its sources."""

    class Shift(Window, Options):
        """A window that is a section of its own."""

    problem = only_problem(Shift, {"S": {"Opens": 5, "Closes": 4}})
    assert problem.where == "S"
    assert problem.what == "Opens must come before Closes"
    assert problem.remedy == "Correct the values that do not fit together."
    assert problem.source == "settings given in code"


def test_a_rule_between_keys_of_a_nested_section_stands_there() -> None:
    """The same one level down."""

    class Shop(Options):
        window: Window

    problem = only_problem(Shop, {"S": {"Window": {"Opens": 5, "Closes": 4}}})
    assert (problem.where, problem.what) == ("S:Window", "Opens must come before Closes")


def test_a_default_that_breaks_a_rule_is_told_as_such() -> None:
    """Then the source is the default, and it is for the programmer to correct."""

    class Slow(LoopJobOptions):
        interval_in_seconds: float = -1

    assert only_problem(Slow, {}) == Problem(
        "S:IntervalInSeconds",
        "must be more than 0 and at most ten years, given -1",
        "Correct the default in code, or give a value.",
        "default",
    )


@pytest.mark.parametrize(
    ("field", "remedy"),
    [
        (Field(), "Correct the value."),
        (Field(5), "Correct the value, or remove it to get the default, 5."),
        (Field(default_factory=int), "Correct the value, or remove it to get the default."),
    ],
)
def test_the_remedy_knows_the_default(field: object, remedy: str) -> None:
    """Removing a key is a way out only where there is a default."""
    options = type("Made", (Options,), {"__annotations__": {"size": int}, "size": field})
    assert only_problem(options, {"S": {"Size": "x"}}).remedy == remedy


@pytest.mark.parametrize(
    ("annotation", "hint"),
    [(float, ", or set environment variable S__Size."), (Window, "."), (list[int], ".")],
)
def test_a_missing_key_says_where_to_add_it(annotation: object, hint: str) -> None:
    """In the file, or by a variable where a single value is wanted."""
    options = type("Made", (Options,), {"__annotations__": {"size": annotation}})
    sources = SettingsSources(settings_files=None, settings={"S": {}}, environment=None)
    assert sources.read().bind(options, "S").problems == (
        Problem(
            "S:Size", "is required, but missing", f"Add 'Size' to 'S' in appsettings.json{hint}"
        ),
    )
