"""The body of a job: built once, called for each run, in a scope where it asks for one."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import CodeType
from typing import TypeAlias, cast

from dishka import AsyncContainer

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._run.injection import AnyMonitor, Source
from loopjobs._run.worker_thread import in_worker_thread
from loopjobs._words.again import RunAgain
from loopjobs._words.cancellation import CancellationToken

BodyCall: TypeAlias = Callable[[CancellationToken], Coroutine[object, object, object]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How jobs are built and called: the same for all that are alike."""

    container: AsyncContainer
    is_async: bool
    """Whether the body is a coroutine function; a plain one gets a worker thread."""
    positional: Sequence[Source] = ()
    """What the constructor gets, and below, by parameter."""
    keyword: Mapping[str, Source] = field(default_factory=dict)
    injected: Mapping[str, Source] = field(default_factory=dict)
    """What is resolved for each run, by parameter."""


class Body:
    """Calls `execute` of a job, or a job function, with what it asks for.

    Args:
        job: The class of the job, or the job function itself.
        recipe: What it asks for.
        monitor: The options that are its own.
    """

    __slots__ = ("_execute", "_job", "_making", "_monitor", "_recipe", "bare", "is_async")

    def __init__(self, job: type[LoopJob] | JobBody, recipe: Recipe, monitor: AnyMonitor) -> None:
        self._job = job
        self._recipe = recipe
        self._monitor = monitor
        self.is_async = recipe.is_async
        self._execute: JobBody | None = None
        self._making: asyncio.Lock | None = None
        self.bare: BodyCall | None = None
        """The job itself, once it is built, if nobody need stand around it."""

    async def run(self, ct: CancellationToken) -> object:
        """Run the body once; what it returns is for `read_return`.

        The job is built by the first run, so that a constructor that fails, because a database is
        away, say, fails that run and is tried again by the next.
        """
        execute = self._execute or await self._build()
        injected = self._recipe.injected
        if not injected:
            if self.is_async:
                return await cast("Awaitable[object]", execute(ct))
            return await self._call(execute, ct, {})
        async with self._recipe.container() as scope:
            given = {name: await each.get(scope, self._monitor) for name, each in injected.items()}
            return await self._call(execute, ct, given)

    async def _build(self) -> JobBody:
        execute = await self._made(self._job) if isinstance(self._job, type) else self._job
        # What Python itself calls a coroutine function does nothing before its first step, so it
        # needs nobody around it.
        code = getattr(execute, "__code__", None)
        is_coroutine_function = isinstance(code, CodeType) and code.co_flags & inspect.CO_COROUTINE
        if is_coroutine_function and not self._recipe.injected:
            self.bare = cast("BodyCall", execute)
        self._execute = execute
        return execute

    async def _made(self, job: type[LoopJob]) -> JobBody:
        """Make the job, once: runs that overlap wait for the one that makes it."""
        if self._making is None:
            self._making = asyncio.Lock()
        async with self._making:
            if self._execute is None:
                self._execute = (await self._make(job)).execute
        self._making = None
        return self._execute

    async def _make(self, job: type[LoopJob]) -> LoopJob:
        container, monitor = self._recipe.container, self._monitor
        positional = [await each.get(container, monitor) for each in self._recipe.positional]
        keyword = {
            name: await each.get(container, monitor) for name, each in self._recipe.keyword.items()
        }
        return job(*positional, **keyword)

    async def _call(
        self, execute: JobBody, ct: CancellationToken, given: Mapping[str, object]
    ) -> object:
        # Read here: what a scope holds must not take a mistaken return for a success.
        if self.is_async:
            return read_return(await cast("Awaitable[object]", execute(ct, **given)))
        call: Callable[[], object] = partial(execute, ct, **given)
        returned = await in_worker_thread(call, f"loopjobs {self._monitor.job}")
        return read_return(returned)


def read_return(returned: object) -> RunAgain | None:
    """Return what a body asks for.

    Raises:
        TypeError: it returned something else.
    """
    if returned is None or isinstance(returned, RunAgain):
        return returned
    raise _wrong_return(returned)


def _wrong_return(returned: object) -> TypeError:
    if inspect.isawaitable(returned):
        if inspect.iscoroutine(returned):
            returned.close()
        return TypeError(
            "execute is a plain function that returned something to await; "
            "declare it with 'async def'"
        )
    return TypeError(f"execute returns None or RunAgain, not {returned!r}")
