"""Builders on virtual time, and what they say is wrong."""

from collections.abc import Callable, Mapping

import pytest

from loopjobs import BuildError, HostBuilder, LoopJobOptions, Problem
from loopjobs.testing import FakeClock

NewBuilder = Callable[..., HostBuilder]
Problems = Callable[[HostBuilder], list[Problem]]


class EasyOptions(LoopJobOptions):
    """Options that need no settings."""

    interval_in_seconds: float = 10
    size: int = 1


@pytest.fixture
def easy() -> type[EasyOptions]:
    """Options that need no settings."""
    return EasyOptions


@pytest.fixture
def new_builder(clock: FakeClock) -> NewBuilder:
    """Make a builder that reads no file."""

    def new_builder(settings: Mapping[str, object] | None = None) -> HostBuilder:
        return HostBuilder(settings_files=(), settings=settings, clock=clock)

    return new_builder


@pytest.fixture
def problems() -> Problems:
    """Build what cannot be built, and return what is said about it."""

    def problems(builder: HostBuilder) -> list[Problem]:
        with pytest.raises(BuildError) as caught:
            builder.build()
        return list(caught.value.problems)

    return problems
