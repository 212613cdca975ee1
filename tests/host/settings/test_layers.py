"""Files, environment variables and code, laid over each other."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from loopjobs import HostOptions, Options, Problem
from loopjobs._host.settings import Bound, SettingsSources

Write = Callable[..., Path]
OptionsT = TypeVar("OptionsT", bound=Options)


class Host(BaseModel):
    address: str
    port: int = 80


class Mail(Options):
    sender: str = "nobody"
    retries: int = 0
    hosts: tuple[Host, ...] = ()
    names: list[str] = Field(default_factory=list)
    limits: Mapping[str, int] = Field(default_factory=dict)
    primary: Host | None = None


def bind(
    options: type[OptionsT], section: str, settings: Mapping[str, object] | None = None
) -> Bound[OptionsT]:
    sources = SettingsSources(settings_files=None, settings=settings, environment=None)
    snapshot = sources.read()
    assert snapshot.problems == ()
    return snapshot.bind(options, section)


def mail(settings: Mapping[str, object] | None = None, section: str = "Mail") -> Mail:
    bound = bind(Mail, section, settings)
    assert bound.problems == ()
    assert bound.options is not None
    return bound.options


def test_each_layer_wins_over_the_ones_before(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, variant, environment variable, code."""
    write({"Mail": {"Sender": "file", "Retries": 1, "Limits": {"a": 1, "b": 1, "c": 1, "d": 1}}})
    write({"Mail": {"Limits": {"b": 2, "c": 2, "d": 2}}}, "appsettings.Production.json")
    monkeypatch.setenv("Mail__Limits__c", "3")
    monkeypatch.setenv("Mail__Limits__d", "3")
    bound = bind(Mail, "Mail", {"Mail": {"Limits": {"d": 4}}, "Mail:Retries": 4})
    assert bound.options == Mail(sender="file", retries=4, limits={"a": 1, "b": 2, "c": 3, "d": 4})


def test_a_value_remembers_every_layer_it_came_from(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A problem names the sources of a list that was put together from several."""
    write({"Mail": {"Names": [1, 2, 3]}})
    monkeypatch.setenv("Mail__Names__1", "b")
    (first, last) = bind(Mail, "Mail", {"Mail:Names:2": 5}).problems
    assert (first.where, first.source) == ("Mail:Names:0", "appsettings.json")
    assert (last.where, last.source) == ("Mail:Names:2", "settings given in code")
    monkeypatch.setenv("Mail__Names__x", "b")
    (problem,) = bind(Mail, "Mail", {"Mail:Names:2": 5}).problems
    assert problem.source == (
        "environment variable Mail__Names__1, environment variable Mail__Names__x,"
        " settings given in code"
    )


def test_the_case_of_variables_does_not_matter(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable in capitals reaches a key and keeps the spelling of the file."""
    write({"Mail": {"Limits": {"perHour": 1}}})
    monkeypatch.setenv("MAIL__LIMITS__PERHOUR", "7")
    monkeypatch.setenv("mail__retries", "3")
    assert mail() == Mail(retries=3, limits={"perHour": 7})


def test_variables_of_other_sections_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """`HOST`, set by many a shell, is no setting of the section `Host`."""
    monkeypatch.setenv("HOST", "example.org")
    monkeypatch.setenv("HOSTS__X", "1")
    monkeypatch.setenv("MAIL_RETRIES", "1")
    assert bind(HostOptions, "Host").problems == ()
    assert mail() == Mail()


def test_two_variables_that_differ_by_case_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the two would win is nobody's guess."""
    monkeypatch.setenv("Mail__Retries", "1")
    monkeypatch.setenv("MAIL__RETRIES", "2")
    bound = bind(Mail, "Mail")
    assert bound.options is None
    (problem,) = bound.problems
    assert problem.what == (
        "the key is given twice, in different case,"
        " by environment variable MAIL__RETRIES and environment variable Mail__Retries"
    )


def test_a_variable_that_is_a_value_and_a_section_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Mail__Primary` cannot be a text and hold a key."""
    monkeypatch.setenv("Mail__Primary", "x")
    monkeypatch.setenv("Mail__Primary__Address", "y")
    assert bind(Mail, "Mail").problems == (
        Problem(
            "Mail:Primary",
            "is given both as a value and as a section that holds 'Address'",
            "Keep one of the two.",
            "environment variable Mail__Primary",
        ),
    )


def test_a_section_may_be_a_nested_path(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Jobs:Mail` is found in every layer, nested or flat."""
    write({"jobs": {"mail": {"Sender": "file"}}, "Jobs:Mail:Names": ["a"]})
    monkeypatch.setenv("JOBS__MAIL__RETRIES", "2")
    settings = {"Jobs:Mail": {"Primary": {"Address": "p"}}, "JOBS": {"MAIL:Primary:Port": 1}}
    assert mail(settings, "Jobs:Mail") == Mail(
        sender="file", names=["a"], retries=2, primary=Host(address="p", port=1)
    )


def test_a_list_is_replaced_whole_by_a_later_list(write: Write) -> None:
    """Lists of two files are not mixed."""
    write({"Mail": {"Names": ["a", "b", "c"]}})
    write({"Mail": {"Names": ["d"]}}, "appsettings.Production.json")
    assert mail().names == ["d"]
    assert mail({"Mail": {"Names": ()}}).names == []


def test_a_list_is_overridden_by_index(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index reaches into an item; one past the end appends, and gaps close."""
    write({"Mail": {"Names": ["a", "b"], "Hosts": [{"Address": "x", "Port": 1}]}})
    monkeypatch.setenv("Mail__Names__1", "B")
    monkeypatch.setenv("Mail__Names__10", "D")
    monkeypatch.setenv("Mail__Names__9", "C")
    monkeypatch.setenv("Mail__Hosts__0__Port", "2")
    options = mail({"Mail:Hosts:1:Address": "y"})
    assert options.names == ["a", "B", "C", "D"]
    assert options.hosts == (Host(address="x", port=2), Host(address="y"))


def test_a_list_may_come_from_variables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a list is wanted indexes make one; where a dict is wanted they are its keys."""
    for index in range(11):
        monkeypatch.setenv(f"Mail__Names__{index}", f"name {index}")
    monkeypatch.setenv("Mail__Limits__0", "5")
    options = mail()
    assert options.names == [f"name {index}" for index in range(11)]
    assert options.limits == {"0": 5}


def test_what_is_no_index_replaces_a_list(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the value is an object, and refused as such."""
    write({"Mail": {"Names": ["a"]}})
    monkeypatch.setenv("Mail__Names__first", "b")
    (problem,) = bind(Mail, "Mail").problems
    assert problem.what == "must be a list, given an object"
    assert problem.source == "environment variable Mail__Names__first"


def test_null_takes_an_object_away(write: Write) -> None:
    """A later null replaces an object, a later object replaces a null."""
    write({"Mail": {"Primary": {"Address": "x"}}})
    write({"Mail": {"Primary": None}}, "appsettings.Production.json")
    assert mail().primary is None
    assert mail({"Mail:Primary:Address": "y"}).primary == Host(address="y")


def test_keys_given_in_code_need_not_be_text() -> None:
    """A dict with numbers for keys is taken as JSON would write it."""

    class Table(Options):
        rows: dict[int, str]

    assert bind(Table, "Table", {"Table": {"Rows": {1: "a"}}}).options == Table(rows={1: "a"})


@given(
    st.fixed_dictionaries(
        {}, optional={"Sender": st.text("abc"), "Retries": st.integers(), "Primary": st.none()}
    ),
    st.data(),
)
def test_the_case_of_keys_never_matters(values: dict[str, object], data: st.DataObject) -> None:
    """Any spelling of section and keys binds to the same options."""

    def recased(name: str) -> str:
        return "".join(data.draw(st.sampled_from([c.upper(), c.lower()])) for c in name)

    def options(settings: dict[str, object], section: str) -> Mail | None:
        sources = SettingsSources(settings_files=[], settings=settings, environment=None)
        return sources.read().bind(Mail, section).options

    spelled = {recased(key): value for key, value in values.items()}
    expected = options({"Mail": values}, "Mail")
    assert expected is not None
    assert options({recased("Mail"): spelled}, recased("Mail")) == expected
