"""Jobs whose options are equal share one object, where nobody can tell."""

from collections.abc import Callable

import pytest
from pydantic import PrivateAttr

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
