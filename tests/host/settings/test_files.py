"""Which files are read, and what is said of files that cannot be."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loopjobs import LoopJobOptions, Options, Problem
from loopjobs._host.settings import Bound, Settings, SettingsSources

Write = Callable[..., Path]


class Greeting(Options):
    text: str = "none"
    size: int = 0


def read(
    *files: str | os.PathLike[str], environment: str | None = None, settings: object = None
) -> Settings:
    assert settings is None or isinstance(settings, dict)
    sources = SettingsSources(
        settings_files=files or None, settings=settings, environment=environment
    )
    return sources.read()


def greeting(settings: Settings) -> Greeting:
    bound = settings.bind(Greeting, "Greeting")
    assert bound.problems == ()
    assert bound.options is not None
    return bound.options


def only_problem(settings: Settings) -> Problem:
    (problem,) = settings.problems
    return problem


def test_no_files_are_needed() -> None:
    """Without files every option has its default."""
    settings = read()
    assert settings.problems == ()
    assert greeting(settings) == Greeting()


def test_the_default_file_and_its_variant_are_read_from_the_working_directory(
    write: Write,
) -> None:
    """The variant of the environment wins, key by key."""
    write({"Greeting": {"Text": "general", "Size": 1}})
    write({"Greeting": {"Text": "local"}}, "appsettings.Development.json")
    settings = read(environment="Development")
    assert greeting(settings) == Greeting(text="local", size=1)


def test_the_environment_is_production_unless_a_variable_names_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`LOOPJOBS_ENVIRONMENT` names the environment; an empty one names none."""
    write({"Greeting": {"Text": "production"}}, "appsettings.Production.json")
    write({"Greeting": {"Text": "staging"}}, "appsettings.Staging.json")
    assert greeting(read()).text == "production"
    monkeypatch.setenv("LOOPJOBS_ENVIRONMENT", "")
    assert greeting(read()).text == "production"
    monkeypatch.setenv("LOOPJOBS_ENVIRONMENT", "Staging")
    assert greeting(read()).text == "staging"
    assert greeting(read(environment="Production")).text == "production"


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a\0b"])
def test_an_environment_that_fits_no_file_name_is_a_problem(name: str, write: Write) -> None:
    """Such a name is reported; the files without environment are read all the same."""
    write({"Greeting": {"Size": 3}})
    settings = read(environment=name)
    problem = only_problem(settings)
    assert problem.where == "LOOPJOBS_ENVIRONMENT"
    assert repr(name) in problem.what
    assert greeting(settings).size == 3
    assert settings.bind(LoopJobOptions, "Absent") == Bound(None)


def test_files_given_are_read_in_order_each_with_its_variant(write: Write, directory: Path) -> None:
    """Later files win, and the default file is not looked at."""
    write({"Greeting": {"Text": "default", "Size": 9}})
    write({"Greeting": {"Text": "one", "Size": 1}}, "one.json")
    write({"Greeting": {"Size": 2}}, "one.Test.json")
    two = write({"Greeting": {"Text": "two"}}, "two.json")
    assert greeting(read("one.json", two, environment="Test")) == Greeting(text="two", size=2)


def test_a_file_given_twice_is_read_at_its_last_place_and_stays_required(write: Write) -> None:
    """A variant that is also named is one file, and a missing one is still a problem."""
    write({"Greeting": {"Text": "one"}}, "one.json")
    write({"Greeting": {"Text": "test"}}, "one.Test.json")
    assert greeting(read("one.Test.json", "one.json", environment="Test")).text == "test"
    assert len(read("gone.Test.json", "one.json", "gone.json", environment="Test").problems) == 2


def test_a_single_path_is_taken_for_a_sequence_of_one(write: Write) -> None:
    """A path in place of a sequence is not read letter by letter."""
    write({"Greeting": {"Size": 4}}, "one.json")
    sources = SettingsSources(settings_files="one.json", settings=None, environment=None)
    assert greeting(sources.read()).size == 4


def test_an_empty_sequence_means_no_files(write: Write) -> None:
    """Then a missing key belongs into the settings given in code."""
    write({"Greeting": {"Size": 4}})
    settings = SettingsSources(settings_files=[], settings=None, environment=None).read()
    assert greeting(settings).size == 0
    assert settings.home == "settings given in code"


def test_a_missing_file_that_was_given_is_a_problem(directory: Path) -> None:
    """The message has the full path, for the working directory is often the mistake."""
    assert only_problem(read("gone.json")) == Problem(
        "gone.json",
        f"there is no such file: {directory / 'gone.json'}",
        "Create it, or do not name it.",
    )


def test_a_directory_is_not_a_file(directory: Path) -> None:
    """What cannot be read is a problem, not an exception."""
    (directory / "appsettings.json").mkdir()
    problem = only_problem(read())
    assert problem.where == "appsettings.json"
    assert problem.what.startswith("cannot be read: ")


@pytest.mark.parametrize("name", ["", "with\0zero.json"])
def test_a_path_that_can_be_no_file_is_a_problem(name: str) -> None:
    """Neither raises."""
    assert any(problem.what.startswith("cannot be read: ") for problem in read(name).problems)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{\n  // "a"\n  "a": 1 /* b */ "c": 2\n}', "line 3, column 18 is not JSON: Expecting"),
        ("", "line 1, column 1 is not JSON: Expecting value"),
        ("[1]", "the top level must be an object"),
        ("null", "the top level must be an object"),
        ("[" * 100_000, "cannot be read: "),
        ('{"a": ' + "1" * 5_000 + "}", "cannot be read: "),
        (b"{}\n\xff", "line 2 is not UTF-8 (byte 0xff)"),
        ('{"a": 1}'.encode("utf-16"), "line 1 is not UTF-8 (byte 0xff)"),
    ],
)
def test_a_file_that_is_no_settings_file_is_a_problem(
    text: str | bytes, what: str, write: Write
) -> None:
    """The problem names the file and, where there is one, line and column."""
    write(text)
    problem = only_problem(read())
    assert problem.where == "appsettings.json"
    assert problem.what.startswith(what)


def test_a_byte_order_mark_comments_and_trailing_commas_are_welcome(write: Write) -> None:
    """Files are read as ASP.NET reads them."""
    write(b'\xef\xbb\xbf{ "Greeting": { "Text": "h\xc3\xa9 // no comment", }, /* end */ }')
    assert greeting(read()).text == "hé // no comment"


def test_every_broken_file_is_reported(write: Write) -> None:
    """Nothing is raised one by one."""
    write("{")
    write("}", "appsettings.Production.json")
    assert [problem.where for problem in read().problems] == [
        "appsettings.json",
        "appsettings.Production.json",
    ]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"A": 1, "A": 2}', "A", "the key is given twice"),
        ('{"Job": {"Key": 1, "KEY": 2}}', "Job:Key", "the key is given twice, in different case"),
        ('{"Job": {"Key": 1}, "Job:Key": 2}', "Job:Key", "the key is given twice"),
        ('{"L": [{"a": 1, "a": 2}]}', "L:0:a", "the key is given twice"),
        ('{"a\\n": 1, "a\\n": 2}', "a\\n", "the key is given twice"),
        (
            '{"Job": 5, "Job:Key": 2}',
            "Job",
            "is given both as a value and as a section that holds 'Key'",
        ),
    ],
)
def test_a_key_that_stands_twice_in_a_file_is_a_problem(
    text: str, where: str, what: str, write: Write
) -> None:
    """Neither of the two is dropped in silence."""
    write(text)
    assert only_problem(read()) == Problem(
        where, what, "Keep one of the two.", source="appsettings.json"
    )


@pytest.mark.parametrize("braces", [('{"a":', "}"), ("[", "]")])
def test_settings_nested_too_deeply_are_a_problem(braces: tuple[str, str], write: Write) -> None:
    """64 levels are read, as in .NET; deeper ones are refused before they exhaust the stack."""
    left, right = braces
    write('{"A": ' + left * 60 + "1" + right * 60 + "}")
    assert read().problems == ()
    write('{"A": ' + left * 70 + "1" + right * 70 + "}")
    assert "nested deeper than 64 levels" in only_problem(read()).what


def test_nothing_is_missed_while_a_file_is_lost(write: Write) -> None:
    """What a broken file may hold is not called missing; what is wrong elsewhere still is told."""

    class Strict(Options):
        needed: int
        size: int = 0

    write("{ oops }")
    write({"Partial": {"Size": "big"}}, "appsettings.Production.json")
    settings = read()
    assert len(settings.problems) == 1
    absent = settings.bind(Strict, "Absent")
    assert (absent.options, absent.problems) == (None, ())
    partial = settings.bind(Strict, "Partial")
    assert partial.options is None
    assert [problem.where for problem in partial.problems] == ["Partial:Size"]
