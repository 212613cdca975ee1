"""Constructors and `execute` get what they ask for, or the build says all that is missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Generic, Literal, NewType, Protocol, TypeVar

import pytest
from dishka import AsyncContainer, FromComponent, FromDishka, Provider, Scope

from loopjobs import (
    CancellationToken,
    Clock,
    HostBuilder,
    LoopJob,
    LoopJobOptions,
    OptionsMonitor,
    Problem,
)
from loopjobs.testing import FakeClock

NewBuilder = Callable[..., HostBuilder]
Problems = Callable[[HostBuilder], list[Problem]]
Easy = type[LoopJobOptions]
T = TypeVar("T")
Limit = NewType("Limit", int)


class Engine: ...


class Mailer: ...


class Repository(Generic[T]): ...


class Report:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer


def giving(*kinds: type, scope: Scope = Scope.APP, component: str | None = None) -> Provider:
    provider = Provider(scope=scope, component=component)
    for kind in kinds:
        provider.provide(kind)
    return provider


@pytest.fixture
def seen() -> list[object]:
    return []


async def run(builder: HostBuilder, clock: FakeClock) -> None:
    async with builder.build() as host:
        await clock.advance(0)
        for job in host.jobs.values():
            assert [record.error for record in job.history()] == [None]


def test_everything_missing_from_several_jobs_is_told_in_one_error(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Constructor and execute alike, each job for itself."""

    class First:
        def __init__(self, engine: Engine, mailer: Mailer) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    class Second:
        def __init__(self, engine: Engine) -> None: ...

        async def execute(
            self, ct: CancellationToken, rows: FromDishka[Repository[int]]
        ) -> None: ...

    builder = new_builder().add_loop_job(First, easy).add_loop_job(Second, easy)
    found = problems(builder)
    assert found[0] == Problem(
        "First",
        "needs Engine, which no provider gives",
        "Add a provider of Engine with add_provider(...).",
    )
    assert [(each.where, each.what.split()[1]) for each in found] == [
        ("First", "Engine,"),
        ("First", "Mailer,"),
        ("Second", "Engine,"),
        ("Second", f"{Repository[int]},"),
    ]


def test_everything_missing_among_providers_is_told_too(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """A gap in a provider does not hide another, nor what a job lacks; the way to it is shown."""

    class Service:
        def __init__(self, report: Report) -> None: ...

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    class Job:
        def __init__(self, engine: Engine) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    def limit(key: Limit) -> str:
        return str(key)

    provider = giving(Report)
    provider.provide(limit)
    builder = new_builder().add_provider(provider).add_hosted_service(Service)
    found = problems(builder.add_loop_job(Job, easy))
    assert sorted((each.where, each.what.split(",")[0]) for each in found) == [
        ("Job", "needs Engine"),
        ("Report", "needs Mailer"),
        ("str", f"needs {Limit}"),
    ]


def test_the_way_to_what_is_missing_is_shown(new_builder: NewBuilder, problems: Problems) -> None:
    """The one who lacks something may not be the one who was looked at first."""

    class Summary:
        def __init__(self, report: Report) -> None: ...

    (found,) = problems(new_builder().add_provider(giving(Summary, Report)))
    way = f"{Summary.__qualname__} -> Report -> Mailer"
    assert found.where == Summary.__qualname__
    assert found.what == f"needs Mailer, which no provider gives ({way})"


def test_a_constructor_cannot_have_what_lives_for_one_run(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """The job is built once; a session of one run would be used for ever."""

    class Job:
        def __init__(self, engine: Engine) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    builder = new_builder().add_provider(giving(Engine, scope=Scope.REQUEST))
    assert problems(builder.add_loop_job(Job, easy)) == [
        Problem(
            "Job",
            "needs Engine for life, but a provider gives it for one run only",
            "Take it in execute, as a parameter marked FromDishka[...], or widen its scope.",
        )
    ]


def test_a_dependency_cannot_have_what_lives_for_one_run_either(
    new_builder: NewBuilder, problems: Problems
) -> None:
    """The dependency is named, for it is its scope that does not fit."""
    builder = new_builder().add_provider(giving(Report), giving(Mailer, scope=Scope.REQUEST))
    assert problems(builder) == [
        Problem(
            "Report",
            "needs Mailer for life, but a provider gives it for one run only",
            "Narrow the scope of Report, or widen the other.",
        )
    ]


def test_a_circle_is_shown_and_does_not_hide_other_mistakes(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """It is told as the names one meets on the way around."""

    def engine(mailer: Mailer) -> Engine:
        return Engine()

    def mailer(engine: Engine) -> Mailer:
        return Mailer()

    class Job:
        def __init__(self, engine: Engine, rows: Repository[int]) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.APP)
    provider.provide(engine)
    provider.provide(mailer)
    circle, missing = problems(new_builder().add_provider(provider).add_loop_job(Job, easy))
    assert circle.what in {
        "needs itself: Engine -> Mailer -> Engine",
        "needs itself: Mailer -> Engine -> Mailer",
    }
    assert missing.where == "Job"


def test_what_dishka_refuses_for_other_reasons_is_passed_on(
    new_builder: NewBuilder, problems: Problems
) -> None:
    """Nothing of it is lost, and no job is blamed for it."""
    provider = Provider(scope=Scope.APP)
    provider.provide(Engine)
    provider.factories[-1].scope = None
    (found,) = problems(new_builder().add_provider(provider))
    assert found.where == "providers"
    assert "Scope None at `Engine` is unknown" in found.what


async def test_a_dependency_may_need_the_options_of_a_job(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """As long as one job only has options of that class."""

    class Limits:
        def __init__(self, options: LoopJobOptions) -> None:
            self.options = options

    def limits(options: easy) -> Limits:  # type: ignore[valid-type] # a class all the same
        return Limits(options)

    class Job:
        def __init__(self, limits: Limits) -> None:
            seen.append(limits.options)

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.APP)
    provider.provide(limits)
    await run(
        new_builder({"Job": {"Size": 5}}).add_provider(provider).add_loop_job(Job, easy), clock
    )
    assert seen == [easy.model_validate({"size": 5})]


def test_options_of_several_jobs_cannot_be_meant_by_a_dependency(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Which of them would it be? The reader learns whose they are."""

    class Job:
        async def execute(self, ct: CancellationToken) -> None: ...

    def limits(options: easy) -> Engine:  # type: ignore[valid-type] # a class all the same
        return Engine()

    provider = Provider(scope=Scope.APP)
    provider.provide(limits)
    builder = new_builder().add_provider(provider)
    builder.add_loop_job(Job, easy, name="One").add_loop_job(Job, easy, name="Two")
    assert problems(builder) == [
        Problem(
            "Engine",
            "needs EasyOptions, but One and Two each have their own, and only they can ask for it",
            "Pass on what is needed, or derive a class for each.",
        )
    ]


def test_of_many_jobs_with_options_of_one_class_three_are_named(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """A line stays a line."""

    class Job:
        async def execute(self, ct: CancellationToken) -> None: ...

    def limits(monitor: OptionsMonitor[easy]) -> Engine:  # type: ignore[valid-type] # as above
        return Engine()

    provider = Provider(scope=Scope.APP)
    provider.provide(limits)
    builder = new_builder().add_provider(provider)
    for number in range(9):
        builder.add_loop_job(Job, easy, name=f"Job{number}")
    (problem,) = problems(builder)
    assert "but Job0 and Job1 and Job2 and others each have their own" in problem.what


async def test_another_component_may_be_asked(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """`Annotated[X, FromComponent("other")]` means that component, in both places."""

    class Job:
        def __init__(self, other: Annotated[Engine, FromComponent("other")], own: Engine) -> None:
            seen.extend([other, own])

        async def execute(
            self,
            ct: CancellationToken,
            other: Annotated[Engine, FromComponent("other")],
            own: FromDishka[Engine],
        ) -> None:
            seen.extend([other, own])

    builder = new_builder().add_provider(giving(Engine), giving(Engine, component="other"))
    await run(builder.add_loop_job(Job, easy), clock)
    assert seen[0] is seen[2]
    assert seen[1] is seen[3]
    assert seen[0] is not seen[1]


def test_what_another_component_lacks_is_told_with_its_name(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """The remedy names it, too."""

    class Job:
        def __init__(self, engine: Annotated[Engine, FromComponent("other")]) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    builder = new_builder().add_provider(giving(Engine)).add_loop_job(Job, easy)
    assert problems(builder) == [
        Problem(
            "Job",
            "needs Engine of component 'other', which no provider gives",
            "Add one with add_provider(Provider(component='other', ...)).",
        )
    ]


async def test_a_component_may_be_named_like_a_job(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """Components of the library and of its users do not get into each other's way."""

    class Job:
        def __init__(self, named: Annotated[Engine, FromComponent("Job")], own: Engine) -> None:
            seen.append(named is own)

        async def execute(self, ct: CancellationToken) -> None: ...

    builder = new_builder().add_provider(giving(Engine), giving(Engine, component="Job"))
    await run(builder.add_loop_job(Job, easy), clock)
    assert seen == [False]


async def test_types_of_every_shape_are_injected(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """Generic, optional, callable, new and literal types, the clock and the container itself."""

    class Job:
        def __init__(
            self,
            rows: Repository[int],
            names: list[str],
            maybe: Engine | None,
            factory: Callable[[], Engine],
            limit: Limit,
            word: Literal["x"],
        ) -> None:
            seen.extend([type(rows), names, maybe, factory, limit, word])

        async def execute(
            self, ct: CancellationToken, own: FromDishka[Clock], all_: FromDishka[AsyncContainer]
        ) -> None:
            seen.extend([own, await all_.get(Clock)])

    provider = Provider(scope=Scope.APP)
    provider.provide(Repository[int], provides=Repository[int])
    provider.provide(lambda: ["a"], provides=list[str])
    provider.provide(lambda: None, provides=Engine | None)
    provider.provide(lambda: Engine, provides=Callable[[], Engine])
    provider.provide(lambda: Limit(3), provides=Limit)
    await run(new_builder().add_provider(provider).add_loop_job(Job, easy), clock)
    assert seen == [Repository, ["a"], None, Engine, 3, "x", clock, clock]


async def test_generic_providers_and_generic_jobs_are_understood(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """A factory of `list[T]` gives any list; what `Base[int]` asks for is about int."""

    def listed(kind: type[T]) -> list[T]:
        return [kind()]

    class Base(Generic[T]):
        def __init__(self, rows: list[T]) -> None:
            seen.append(rows)

        async def execute(self, ct: CancellationToken, words: FromDishka[list[str]]) -> None:
            seen.append(words)

    class Job(Base[int]):
        """Everything is inherited."""

    provider = Provider(scope=Scope.APP)
    provider.provide(listed)
    await run(new_builder().add_provider(provider).add_loop_job(Job, easy), clock)
    assert seen == [[0], [""]]


async def test_a_default_of_the_constructor_stands_where_nobody_gives_anything(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """A provider wins over a default; parameters of one type keep their own defaults."""

    class Job:
        def __init__(
            self,
            engine: Engine | None = None,
            mailer: Mailer | None = None,
            few: int = 5,
            many: int = 500,
            *,
            word: str = "default",
        ) -> None:
            seen.extend([engine, mailer is not None, few, many, word])

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.APP)
    provider.provide(Mailer, provides=Mailer | None)
    await run(new_builder().add_provider(provider).add_loop_job(Job, easy), clock)
    assert seen == [None, True, 5, 500, "default"]


def test_a_default_does_not_excuse_a_wrong_scope(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Somebody meant the constructor to have it, and it cannot."""

    class Job:
        def __init__(self, engine: Engine | None = None) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.REQUEST)
    provider.provide(Engine, provides=Engine | None)
    (found,) = problems(new_builder().add_provider(provider).add_loop_job(Job, easy))
    assert "for one run only" in found.what


async def test_a_data_class_is_a_job(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """Its fields are injected; those with a default are not asked for."""

    @dataclass
    class Job:
        engine: Engine
        found: list[object] = field(default_factory=list)
        limit: int = 7

        async def execute(self, ct: CancellationToken) -> None:
            seen.extend([type(self.engine), self.found, self.limit])

    await run(new_builder().add_provider(giving(Engine)).add_loop_job(Job, easy), clock)
    assert seen == [Engine, [], 7]


async def test_positional_keyword_and_variable_parameters_are_served(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """What has no fixed number is left empty."""

    class Job:
        def __init__(
            self, engine: Engine, /, mailer: Mailer, *args: int, report: Report, **more: int
        ) -> None:
            seen.extend([type(engine), type(mailer), args, type(report), more])

        async def execute(self, ct: CancellationToken, /, *args: int, **more: int) -> None:
            seen.extend([args, more])

    builder = new_builder().add_provider(giving(Engine, Mailer, Report))
    await run(builder.add_loop_job(Job, easy), clock)
    assert seen == [Engine, Mailer, (), Report, {}, (), {}]


async def test_a_job_may_derive_from_a_protocol(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """With a constructor of its own, with an inherited one, or with none."""

    class Runnable(Protocol):
        async def execute(self, ct: CancellationToken) -> None: ...

    class Base:
        def __init__(self, engine: Engine) -> None:
            seen.append(type(engine))

    class Inherited(Runnable, Base):
        async def execute(self, ct: CancellationToken) -> None: ...

    class Own(Runnable):
        def __init__(self, mailer: Mailer) -> None:
            seen.append(type(mailer))

        async def execute(self, ct: CancellationToken) -> None: ...

    class Explicit(LoopJob):
        async def execute(self, ct: CancellationToken) -> None:
            seen.append("ran")

    builder = new_builder().add_provider(giving(Engine, Mailer))
    for job in (Inherited, Own, Explicit):
        builder.add_loop_job(job, easy)
    await run(builder, clock)
    # Jobs that are due together do not wait for each other's construction.
    assert len(seen) == 3
    assert {Engine, Mailer, "ran"} == set(seen)


async def test_a_base_class_of_the_options_may_be_asked_for(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock, seen: list[object]
) -> None:
    """A job can be used with options that are derived from those it knows."""

    class MoreOptions(easy):  # type: ignore[valid-type,misc] # a class all the same
        more: int = 1

    class Job:
        def __init__(self, options: LoopJobOptions) -> None:
            seen.append(options)

        async def execute(self, ct: CancellationToken) -> None: ...

    await run(new_builder({"Job": {"More": 2}}).add_loop_job(Job, MoreOptions), clock)
    assert seen == [MoreOptions(more=2)]
