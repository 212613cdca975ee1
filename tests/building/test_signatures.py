"""What can be a job, and what is said of what cannot."""

import asyncio
import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Protocol

import pytest
from dishka import FromDishka, Provider, Scope

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, RunAgain
from loopjobs.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sized as OnlyForCheckers

NewBuilder = Callable[..., HostBuilder]
Problems = Callable[[HostBuilder], list[object]]
Easy = type[LoopJobOptions]
Job = Callable[[CancellationToken], Awaitable[RunAgain | None]]

ran: list[object] = []


class Engine: ...


async def body(ct: CancellationToken) -> None:
    ran.append("body")


class Static:
    @staticmethod
    async def execute(ct: CancellationToken, engine: FromDishka[Engine]) -> None:
        ran.append(type(engine))


class OfClass:
    @classmethod
    async def execute(cls, ct: CancellationToken) -> None:
        ran.append(cls)


def announced(execute: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(execute)
    async def wrapper(*args: object, **more: object) -> None:
        ran.append("wrapper")
        await execute(*args, **more)

    return wrapper


class Decorated:
    @announced
    async def execute(self, ct: CancellationToken, engine: FromDishka[Engine]) -> None:
        ran.append(type(engine))


class Bare:
    async def execute(self, *whatever: object) -> None:
        ran.append(len(whatever))


class WithDefaults:
    async def execute(self, ct: CancellationToken, size=5, *, name: str = "x") -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - untyped on purpose
        ran.append((size, name))


class Lazy:
    async def execute(self, ct: "OnlyForCheckers") -> None:
        ran.append("lazy")


class Plain:
    def execute(self, ct: CancellationToken) -> None:
        ran.append("plain")


class Inherited(OfClass):
    """Nothing of its own."""


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (body, ["body"]),
        (Static, [Engine]),
        (OfClass, [OfClass]),
        (Decorated, ["wrapper", Engine]),
        (Bare, [1]),
        (WithDefaults, [(5, "x")]),
        (Lazy, ["lazy"]),
        (Inherited, [Inherited]),
        (OfClass().execute, [OfClass]),
    ],
)
async def test_whatever_can_be_called_with_a_token_is_a_job(
    job: Job, expected: list[object], new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """Static, of the class, decorated, inherited, a bound method, with defaults of its own."""
    ran.clear()
    provider = Provider(scope=Scope.APP)
    provider.provide(Engine)
    async with new_builder().add_provider(provider).add_loop_job(job, easy).build():
        await clock.advance(0)
    assert ran == expected


async def test_a_plain_execute_runs_in_a_thread(new_builder: NewBuilder, easy: Easy) -> None:
    """It is told apart from an async one when the host is built."""
    ran.clear()
    async with new_builder().add_loop_job(Plain, easy).build() as host:
        async with asyncio.timeout(5):
            await host.jobs["Plain"].trigger()
    assert ran[0] == "plain"


class Nothing: ...


class Number:
    execute = 5


class Partial:
    execute = functools.partial(body)


class CallableBody:
    async def __call__(self, ct: CancellationToken) -> None: ...


class WithCallable:
    execute = CallableBody()


class NoToken:
    async def execute(self) -> None: ...


class TokenByName:
    async def execute(self, *, ct: CancellationToken) -> None: ...


class NoSelf:
    async def execute() -> None: ...  # type: ignore[misc]


class InjectedFirst:
    async def execute(self, engine: FromDishka[Engine]) -> None: ...


class Unmarked:
    async def execute(self, ct: CancellationToken, engine: Engine) -> None: ...


class ByPosition:
    async def execute(self, ct: CancellationToken, engine: FromDishka[Engine], /) -> None: ...


class Unknown:
    async def execute(
        self, ct: CancellationToken, engine: FromDishka["OnlyForCheckers"]
    ) -> None: ...


class Yields:
    async def execute(self, ct: CancellationToken) -> AsyncIterator[int]:
        yield 1


class YieldsPlainly:
    def execute(self, ct: CancellationToken) -> Iterator[int]:
        yield 1


class Abstract(ABC):
    @abstractmethod
    async def execute(self, ct: CancellationToken) -> None: ...

    @abstractmethod
    def also(self) -> None: ...


class OnlyProtocol(Protocol):
    async def execute(self, ct: CancellationToken) -> None: ...


class Untyped:
    def __init__(self, engine, *, mailer) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - the mistake
        ...

    async def execute(self, ct: CancellationToken) -> None: ...


class UnknownInConstructor:
    def __init__(self, engine: "OnlyForCheckers") -> None: ...

    async def execute(self, ct: CancellationToken) -> None: ...


@pytest.mark.parametrize(
    ("job", "whats"),
    [
        (Nothing, ["class Nothing has no method named execute"]),
        (Number, ["class Number has an object of class int, no method, named execute"]),
        (Partial, ["class Partial has an object of class partial, no method, named execute"]),
        (
            WithCallable,
            ["class WithCallable has an object of class CallableBody, no method, named execute"],
        ),
        (NoToken, ["NoToken.execute takes no cancellation token"]),
        (TokenByName, ["TokenByName.execute takes no cancellation token"]),
        (NoSelf, ["NoSelf.execute takes no cancellation token"]),
        (InjectedFirst, ["InjectedFirst.execute takes no cancellation token"]),
        (Unmarked, ["parameter 'engine' of execute is not marked for injection"]),
        (ByPosition, ["parameter 'engine' of execute cannot be passed by name"]),
        (
            Unknown,
            ["the annotations of Unknown.execute cannot be read: name 'OnlyForCheckers' is not"],
        ),
        (Yields, ["Yields.execute yields, but a run returns None or RunAgain"]),
        (YieldsPlainly, ["YieldsPlainly.execute yields, but a run returns None or RunAgain"]),
        (Abstract, ["class Abstract is abstract: it lacks also, execute"]),
        (OnlyProtocol, ["the constructor of OnlyProtocol cannot be read: Cannot use"]),
        (
            Untyped,
            [
                "the constructor's parameter 'engine' has no annotation",
                "the constructor's parameter 'mailer' has no annotation",
            ],
        ),
        (UnknownInConstructor, ["the constructor of UnknownInConstructor cannot be read: Failed"]),
        (functools.partial(body), ["an object of class partial is neither a class"]),
        (Static(), ["an object of class Static is neither a class with an execute method"]),
        (Plain().execute, ["a plain function is neither a class with an execute method nor"]),
        (None, ["an object of class NoneType is neither a class with an execute method nor"]),
    ],
)
def test_what_cannot_be_a_job_is_refused_with_the_reason(
    job: Job, whats: list[str], new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """One problem for each mistake, at the job's name."""
    found = problems(new_builder().add_loop_job(job, easy, name="TheJob"))
    assert [str(each) for each in found] == [
        each for each in map(str, found) for what in whats if each.startswith(f"TheJob: {what}")
    ]
    assert len(found) == len(whats)


def test_the_mistakes_of_all_jobs_are_told_at_once(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Signatures and missing dependencies, of one job and of several."""

    class Several:
        def __init__(self, engine: Engine) -> None: ...

        async def execute(self, ct: CancellationToken, a: int, b: int) -> None: ...

    found = problems(new_builder().add_loop_job(Several, easy).add_loop_job(Nothing, easy))  # type: ignore[arg-type] # the mistake
    assert len(found) == 4
