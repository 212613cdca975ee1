"""The builder collects, builds as often as it is asked, and can be a whole program."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import pytest
from dishka import Provider, Scope

from loopjobs import (
    CancellationToken,
    HostBuilder,
    LoopJobOptions,
    Options,
    Problem,
    SettingsError,
    StartError,
)
from loopjobs.testing import FakeClock

NewBuilder = Callable[..., HostBuilder]
Problems = Callable[[HostBuilder], list[Problem]]
Easy = type[LoopJobOptions]


T = TypeVar("T")


class Engine: ...


class Box(list[T]): ...


async def sweep(ct: CancellationToken) -> None: ...


async def test_a_builder_builds_hosts_that_share_nothing(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """Each has its container, its jobs and its ledger."""
    built: list[object] = []

    class Job:
        def __init__(self) -> None:
            built.append(self)

        async def execute(self, ct: CancellationToken) -> None: ...

    builder = new_builder().add_loop_job(Job, easy)
    first, second = builder.build(), builder.build()
    async with first:
        await clock.advance(10)
        async with second:
            await clock.advance(0)
            assert second.jobs["Job"].status().ledger.due == 1
            assert first.jobs["Job"].status().ledger.due == 2
    assert first.container is not second.container
    assert len(built) == 2


def test_what_is_added_after_a_build_belongs_to_the_next(
    new_builder: NewBuilder, easy: Easy
) -> None:
    """A host stays as it was built."""
    builder = new_builder().add_loop_job(sweep, easy)
    first = builder.build()
    builder.add_loop_job(sweep, easy, name="later")
    assert list(first.jobs) == ["sweep"]
    assert list(builder.build().jobs) == ["sweep", "later"]
    with pytest.raises(TypeError):
        first.jobs["x"] = first.jobs["sweep"]  # type: ignore[index] # nobody may


def test_a_failed_build_leaves_the_builder_as_it_was(new_builder: NewBuilder, easy: Easy) -> None:
    """The mistake can be mended and the build repeated."""
    settings: dict[str, object] = {"sweep": {"Size": "big"}}
    builder = new_builder(settings).add_loop_job(sweep, easy)
    with pytest.raises(SettingsError):
        builder.build()
    settings["sweep"] = {"Size": 2}
    assert builder.build().jobs["sweep"].status().options == easy.model_validate({"size": 2})


class Service:
    started: list[object] = []  # noqa: RUF012 - shared on purpose

    def __init__(self, engine: Engine, size: int = 3) -> None:
        self.engine = engine
        self.size = size

    async def start(self) -> None:
        Service.started.append(self)

    async def stop(self) -> None: ...


async def test_a_service_class_is_built_by_injection_and_can_be_injected(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """It is one object, whoever asks; its defaults count as those of a job do."""
    Service.started.clear()
    seen: list[object] = []

    class Job:
        def __init__(self, service: Service) -> None:
            seen.append(service)

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.APP)
    provider.provide(Engine)
    builder = new_builder().add_provider(provider)
    async with builder.add_hosted_service(Service).add_loop_job(Job, easy).build():
        await clock.advance(0)
    assert seen == Service.started
    assert isinstance(seen[0], Service)
    assert seen[0].size == 3


async def test_a_provider_may_make_the_service(new_builder: NewBuilder) -> None:
    """Also of a class that could not be built, or is only a protocol."""
    Service.started.clear()

    class Startable(Protocol):
        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    def make() -> Service:
        return Service(Engine(), 7)

    provider = Provider(scope=Scope.APP)
    provider.provide(make)
    provider.provide(make, provides=Startable)
    builder = new_builder().add_provider(provider)
    builder.add_hosted_service(Service).add_hosted_service(Startable)
    async with builder.build():
        assert [getattr(service, "size", None) for service in Service.started] == [7, 7]


def test_what_a_service_lacks_is_told_with_the_rest(
    new_builder: NewBuilder, problems: Problems
) -> None:
    """Missing dependencies, and a constructor that cannot be read."""

    class Unreadable:
        def __init__(self, engine) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - the mistake
            ...

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    builder = new_builder().add_hosted_service(Service).add_hosted_service(Unreadable)
    assert [(problem.where, problem.what) for problem in problems(builder)] == [
        ("Unreadable", "the constructor's parameter 'engine' has no annotation"),
        ("Service", "needs Engine, which no provider gives"),
    ]


def test_an_empty_host_can_be_built(new_builder: NewBuilder) -> None:
    """A service may have its jobs switched off, all of them."""
    assert dict(new_builder().build().jobs) == {}


@pytest.mark.parametrize(
    "key",
    [
        "ShutdownTimeoutInSeconds",
        "TimerSlackInMilliseconds",
        "SettingsReloadIntervalInSeconds",
    ],
)
@pytest.mark.parametrize("value", [-1, 1e9, "soon", True, None, float("nan"), [1]])
def test_wrong_values_of_the_host_section_are_told(
    key: str, value: object, new_builder: NewBuilder, problems: Problems
) -> None:
    """With path, rule and source, as those of any section."""
    (problem,) = problems(new_builder({"Host": {key: value}}))
    assert problem.where == f"Host:{key}"
    assert problem.what.startswith("must be ")
    assert problem.source == "settings given in code"


def test_the_host_section_takes_its_bounds_and_no_other_key(
    new_builder: NewBuilder, problems: Problems
) -> None:
    """0 is exact, and no time to finish."""
    for value in (0, "0", 1_000):
        host = {"ShutdownTimeoutInSeconds": value, "TimerSlackInMilliseconds": value}
        new_builder({"host": host}).build()
    (problem,) = problems(new_builder({"Host": {"ShutdownTimeout": 5}}))
    assert problem.remedy == "Did you mean 'ShutdownTimeoutInSeconds'?"


def test_what_a_generic_provider_lacks_is_told(new_builder: NewBuilder, problems: Problems) -> None:
    """Whether anybody asks for it or not."""

    def listed(box: Box[T]) -> list[T]:
        return list(box)

    provider = Provider(scope=Scope.APP)
    provider.provide(listed)
    (problem,) = problems(new_builder().add_provider(provider))
    assert problem.what == f"needs {Box[T]}, which no provider gives"  # type: ignore[valid-type] # a value here


def test_a_program_that_can_be_built_is_run(new_builder: NewBuilder) -> None:
    """`run` of the builder is `build` and `run` of the host."""

    class Broken:
        async def start(self) -> None:
            raise KeyError("over")

        async def stop(self) -> None: ...

    with pytest.raises(StartError, match="service Broken did not start: KeyError: 'over'"):
        new_builder().add_hosted_service(Broken()).run()


def test_a_program_that_cannot_be_built_ends_with_a_message(
    new_builder: NewBuilder, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes to the error stream, and the exit code is 2."""

    class Needed(Options):
        key: str

    with pytest.raises(SystemExit) as caught:
        new_builder().add_options(Needed, "Needed").run()
    assert caught.value.code == 2
    assert "Needed: the section is missing, and Key must be given" in capsys.readouterr().err
