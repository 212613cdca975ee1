"""Jobs whose options are equal share one object, where nobody can tell."""

from collections.abc import Callable
from itertools import count
from typing import Annotated

import pytest
from annotated_types import Predicate
from pydantic import AfterValidator, Field, PrivateAttr, field_validator

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions

NewBuilder = Callable[..., HostBuilder]


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    size: int = 1


class AnyOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    value: object = None


class ListOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    sites: list[str]


class CountingOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    _asked: int = PrivateAttr(0)


class AskingOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    size: int = 1

    @field_validator("size")
    @classmethod
    def _ask(cls, value: int) -> int:
        asked.append(value)
        return value


def ask(value: int) -> int:
    asked.append(value)
    return value


def ask_whether(value: int) -> bool:
    asked.append(value)
    return True


class AnnotatedOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    size: Annotated[int, AfterValidator(ask)] = 1


class PredicateOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    size: Annotated[int, Predicate(ask_whether)] = 1


class NumberedOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    number: int = Field(default_factory=count().__next__)


asked: list[int] = []


async def sweep(ct: CancellationToken) -> None:
    """Nothing to do here."""


def options_of(
    new_builder: NewBuilder, kind: type[LoopJobOptions], **sections: object
) -> list[LoopJobOptions]:
    builder = new_builder(sections)
    for name in sections:
        builder.add_loop_job(sweep, kind, name=name)
    return [job.status().options for job in builder.build().jobs.values()]


def test_equal_options_are_one_object(new_builder: NewBuilder) -> None:
    """However their values came about."""
    a, b, c = options_of(new_builder, SweepOptions, A={}, B={"Size": "1"}, C={"Size": 2})
    assert a is b
    assert a is not c


@pytest.mark.parametrize(
    ("kind", "section"), [(ListOptions, {"Sites": ["a"]}), (CountingOptions, {})]
)
def test_what_can_be_changed_is_not_shared(
    new_builder: NewBuilder, kind: type[LoopJobOptions], section: object
) -> None:
    """A list, say, or what a class of options keeps to itself."""
    a, b = options_of(new_builder, kind, A=section, B=section)
    assert a == b
    assert a is not b


def test_equal_values_of_different_types_are_not_shared(new_builder: NewBuilder) -> None:
    """Python holds True and 1 for equal; a job may not."""
    a, b, c = options_of(
        new_builder, AnyOptions, A={"Value": True}, B={"Value": 1}, C={"Value": 1.0}
    )
    assert len({id(a), id(b), id(c)}) == 3


@pytest.mark.parametrize("kind", [LoopJobOptions, SweepOptions])
def test_equal_sections_are_validated_once(
    new_builder: NewBuilder, monkeypatch: pytest.MonkeyPatch, kind: type[LoopJobOptions]
) -> None:
    """Of thousands of jobs most have a section that another one has, too."""
    validated: list[object] = []
    validate = kind.__pydantic_validator__.validate_python

    def note(kind: type[LoopJobOptions], given: object) -> object:
        validated.append(given)
        return validate(given)

    monkeypatch.setattr(LoopJobOptions, "model_validate", classmethod(note))
    sections = {f"Job{number}": {"IntervalInSeconds": 10 + number % 2} for number in range(20)}
    found = options_of(new_builder, kind, **sections)
    assert [options.interval_in_seconds for options in found] == [10, 11] * 10
    assert len(validated) == 2


@pytest.mark.parametrize("kind", [AskingOptions, AnnotatedOptions, PredicateOptions])
def test_a_rule_of_its_author_is_applied_to_each_section(
    new_builder: NewBuilder, kind: type[LoopJobOptions]
) -> None:
    """Nobody knows whether it would say the same of the same twice."""
    asked.clear()
    options_of(new_builder, kind, A={"Size": 3}, B={"Size": 3})
    assert asked == [3, 3]


def test_a_default_that_is_made_is_made_for_each(new_builder: NewBuilder) -> None:
    """A random number, say, or one that is counted up."""
    a, b = options_of(new_builder, NumberedOptions, A={}, B={})
    assert a.model_dump()["number"] != b.model_dump()["number"]
