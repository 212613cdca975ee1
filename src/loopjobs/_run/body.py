"""The body of a job: built once, called for each run, in a scope where it asks for one."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import cast

from dishka import AsyncContainer

from loopjobs._contracts.loop_job import JobBody, LoopJob
from loopjobs._run.worker_thread import in_worker_thread
from loopjobs._words.again import RunAgain
from loopjobs._words.cancellation import CancellationToken


@dataclass(frozen=True, slots=True)
class Dependency:
    """What dependency injection is asked for."""

    type_hint: type
    component: str


class Body:
    """Calls `execute` of a job, or a job function, with what it asks for.

    Args:
        name: The job's name, for its worker threads.
        job: Where the job class is found in the container, or the job function itself.
        is_async: Whether the body is a coroutine function; a plain one gets a worker thread.
        injected: What is resolved for each run, by parameter.
    """

    __slots__ = ("_container", "_execute", "_injected", "_job", "_name", "bare", "is_async")

    def __init__(
        self,
        name: str,
        job: Dependency | JobBody,
        *,
        is_async: bool,
        injected: Mapping[str, Dependency],
    ) -> None:
        self._name = name
        self._job = job
        self.is_async = is_async
        self._injected = dict(injected)
        self._container: AsyncContainer | None = None
        self._execute: JobBody | None = None
        self.bare: Callable[[CancellationToken], Coroutine[object, object, object]] | None = None
        """The job itself, once it is built, if nobody need stand around it."""

    def attach(self, container: AsyncContainer) -> None:
        """Resolve from this container from here on."""
        self._container = container

    async def run(self, ct: CancellationToken) -> object:
        """Run the body once; what it returns is for `read_return`.

        The job is built by the first run, so that a constructor that fails, because a database is
        away, say, fails that run and is tried again by the next.
        """
        execute = self._execute or await self._build()
        if not self._injected:
            if self.is_async:
                return await cast("Awaitable[object]", execute(ct))
            return await self._call(execute, ct, {})
        async with self._resolver()() as scope:
            given: dict[str, object] = {
                name: await scope.get(wanted.type_hint, component=wanted.component)
                for name, wanted in self._injected.items()
            }
            return await self._call(execute, ct, given)

    async def _build(self) -> JobBody:
        if isinstance(self._job, Dependency):
            job: LoopJob = await self._resolver().get(
                self._job.type_hint, component=self._job.component
            )
            self._execute = job.execute
        else:
            self._execute = self._job
        # What Python itself calls a coroutine function does nothing before its first step, so it
        # needs nobody around it.
        code = getattr(self._execute, "__code__", None)
        is_coroutine_function = isinstance(code, CodeType) and code.co_flags & inspect.CO_COROUTINE
        if is_coroutine_function and not self._injected:
            self.bare = cast(
                "Callable[[CancellationToken], Coroutine[object, object, object]]", self._execute
            )
        return self._execute

    async def _call(
        self, execute: JobBody, ct: CancellationToken, given: Mapping[str, object]
    ) -> object:
        # Read here: what a scope holds must not take a mistaken return for a success.
        if self.is_async:
            return read_return(await cast("Awaitable[object]", execute(ct, **given)))
        call: Callable[[], object] = partial(execute, ct, **given)
        returned = await in_worker_thread(call, f"loopjobs {self._name}")
        return read_return(returned)

    def _resolver(self) -> AsyncContainer:
        if self._container is None:
            raise RuntimeError(f"the body of {self._name} is not attached to a container")
        return self._container


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
