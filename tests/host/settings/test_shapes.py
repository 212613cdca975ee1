"""Nested models, lists, dicts, unions and aliases take the shape of a settings file."""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel
from typing_extensions import TypeAliasType

from loopjobs import Options
from loopjobs._host.settings import Bound, SettingsSources

OptionsT = TypeVar("OptionsT", bound=Options)


class Retry(BaseModel):
    max_count: int = 3
    delay: float = Field(alias="DelayInSeconds", default=1)


class Cat(BaseModel):
    kind: Literal["cat"]
    lives_left: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


Pet = TypeAliasType("Pet", Annotated[Cat | Dog, Field(discriminator="kind")])


class Names(RootModel[list[str]]):
    """A list with a name of its own."""


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


def test_nested_models_lists_and_dicts_take_pascal_case() -> None:
    """Models that know nothing of settings are spelled like options, or by their own names."""

    class Nested(Options):
        retry: Retry | None = None
        retries: list[Retry] = Field(default_factory=list)
        named: dict[str, Retry] = Field(default_factory=dict)
        pair: tuple[int, Retry] | None = None
        many: tuple[Retry, ...] = ()

    one, two = {"MaxCount": 1, "delayinseconds": 2}, {"max_count": "2"}
    options = bound(
        Nested,
        {
            "Retry": one,
            "Retries": [one, two],
            "Named": {"Any Key": two},
            "Pair": [5, one],
            "Many": [one, two],
        },
    )
    first, second = Retry(max_count=1, DelayInSeconds=2), Retry(max_count=2)
    assert options == Nested(
        retry=first,
        retries=[first, second],
        named={"Any Key": second},
        pair=(5, first),
        many=(first, second),
    )


def test_mistakes_in_nested_models_have_their_path() -> None:
    """The path goes down through lists and dicts, in the spelling of a settings file."""

    class Nested(Options):
        retries: list[Retry]
        named: dict[str, Retry]

    assert refused(
        Nested,
        {
            "Retries": [{}, {"max_count": "x"}, {"MaxCuont": 1}],
            "named": {"slow": {"DELAYINSECONDS": "y"}, "wrong": 5},
        },
    ) == [
        ("S:Retries:2:MaxCuont", "is not a known key"),
        ("S:Retries:1:MaxCount", "must be an integer, given 'x'"),
        ("S:Named:slow:DelayInSeconds", "must be a number, given 'y'"),
        ("S:Named:wrong", "must be an object, given 5"),
    ]


def test_a_union_of_models_is_told_apart_by_its_keys() -> None:
    """Unknown keys are reported against the model that fits best."""

    class Zoo(Options):
        pet: Pet
        other: Annotated[Cat | Dog | None, Field()] = None

    cat = {"Kind": "cat", "LivesLeft": 7}
    assert bound(Zoo, {"Pet": cat}).pet == Cat(kind="cat", lives_left=7)
    assert bound(Zoo, {"Pet": {"KIND": "dog", "TRICKS": ["sit"]}, "Other": cat}).pet == Dog(
        kind="dog", tricks=["sit"]
    )
    assert refused(Zoo, {"Pet": cat | {"LivesLeft": "many", "Tail": 1}}) == [
        ("S:Pet:Tail", "is not a known key"),
        ("S:Pet:LivesLeft", "must be an integer, given 'many'"),
    ]


def test_the_arms_of_a_union_are_one_problem() -> None:
    """A value that fits none of them is told once."""

    class Either(Options):
        size: int | list[int] | None = None

    assert bound(Either, {"Size": ["1"]}).size == [1]
    assert refused(Either, {"Size": "x"}) == [
        ("S:Size", "must be an integer or must be a list, given 'x'")
    ]


def test_root_models_and_open_dicts_are_taken() -> None:
    """A list may have a class of its own, and a dict may hold anything."""

    class Loose(Options):
        names: Names = Names([])
        extra: dict[str, Any] = Field(default_factory=dict)
        bare: dict = Field(default_factory=dict)  # type: ignore[type-arg]  # a user may write so
        anything: object = None

    options = bound(
        Loose,
        {
            "Names": {"1": "b", "0": "a"},
            "Extra": {"Deep": {"Er": [1, None]}},
            "Bare": {"0": 1},
            "Anything": {"Key": [True]},
        },
    )
    assert options.names.root == ["a", "b"]
    assert options.extra == {"Deep": {"Er": [1, None]}}
    assert options.bare == {"0": 1}
    assert options.anything == {"Key": [True]}


def test_generic_models_are_models() -> None:
    """A parametrized model has keys like any other."""
    item = TypeVar("item")

    class Box(BaseModel, Generic[item]):
        the_content: item

    class Boxes(Options):
        box: Box[int]

    assert bound(Boxes, {"Box": {"TheContent": "5"}}).box.the_content == 5


def test_aliases_are_keys() -> None:
    """An alias replaces PascalCase; of several choices any is taken and the first is shown."""

    class Aliased(Options):
        url: str = Field(validation_alias="URL")
        size: int = Field(0, validation_alias=AliasChoices("Size", AliasPath("Extent", 0)))
        first: int = Field(0, validation_alias=AliasPath("All", 0))

    assert bound(Aliased, {"url": "x", "extent": [4], "ALL": [5]}) == Aliased.model_construct(
        url="x", size=4, first=5
    )
    assert sorted(refused(Aliased, {"Size": "x"})) == [
        ("S:Size", "must be an integer, given 'x'"),
        ("S:URL", "is required, but missing"),
    ]


def test_one_field_under_two_names_is_a_problem() -> None:
    """Neither of two spellings of a field is dropped in silence."""

    class Nested(Options):
        retry: Retry

    assert refused(Nested, {"Retry": {"MaxCount": 1, "max_count": 2}}) == [
        ("S:Retry:MaxCount", "is given twice, as 'MaxCount' and as 'max_count'")
    ]


@pytest.mark.parametrize("extra", ["allow", "ignore"])
def test_an_open_model_takes_other_keys(extra: Literal["allow", "ignore"]) -> None:
    """A model whose author allows other keys gets them, or gets rid of them."""

    class Open(BaseModel):
        model_config = ConfigDict(extra=extra)
        size: int = 0

    class Nested(Options):
        inner: Open

    options = bound(Nested, {"Inner": {"SIZE": 1, "Other": {"a": 2}}})
    dumped = {"size": 1, "Other": {"a": 2}} if extra == "allow" else {"size": 1}
    assert options.inner.model_dump() == dumped
