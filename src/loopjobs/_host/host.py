"""The host: starts services in order, stops them in reverse, and ends with what went wrong."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Self

from dishka import AsyncContainer

from loopjobs._host.event_loop import run_on_new_loop
from loopjobs._host.service_line import ServiceLine
from loopjobs._host.signals import stop_signals
from loopjobs._loop.job_handle import JobHandle
from loopjobs._loop.loop_context import LoopContext
from loopjobs._words.clock import VirtualClock
from loopjobs._words.errors import ControlError, Problem, StartError

_log = logging.getLogger("loopjobs.host")


class _Phase(Enum):
    BUILT = auto()
    STARTING = auto()
    STARTED = auto()
    STOPPING = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class HostParts:
    """What a builder makes and a host lives on."""

    container: AsyncContainer
    context: LoopContext
    services: ServiceLine
    jobs: Mapping[str, JobHandle]
    reload: Callable[[], Sequence[Problem]]


class Host:
    """Runs hosted services, loops among them, from start to stop; `IHost` in .NET.

    Made by `HostBuilder.build()`. It lives once: to start again, build again. Use it by
    `host.run()` in a script, `FastAPI(lifespan=host.lifespan)` in a web application, or
    `async with host:` anywhere else.
    """

    def __init__(self, parts: HostParts) -> None:
        self._parts = parts
        self._services = parts.services
        self._phase = _Phase.BUILT
        self._starting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._sentinel: asyncio.Task[None] | None = None
        self._is_in_server = False
        self._stopped = asyncio.Event()
        self._was_asked_to_stop = False
        self._fault: BaseException | None = None

    @property
    def container(self) -> AsyncContainer:
        """The dependency injection container; closed when the host has stopped."""
        return self._parts.container

    @property
    def jobs(self) -> Mapping[str, JobHandle]:
        """The jobs by name."""
        return self._parts.jobs

    async def start(self) -> None:
        """Start all services in order of registration; return when the last one has started.

        If one fails, those already started are stopped again.

        Raises:
            StartError: a service did not start, the host was stopped meanwhile, or it was
                started before.
        """
        if self._phase is not _Phase.BUILT:
            raise StartError("a host is started once; build another one to start again")
        self._phase = _Phase.STARTING
        self._parts.context.on_death = self._on_death
        self._sentinel = asyncio.create_task(self._watch(), name="loopjobs sentinel")
        self._starting = asyncio.create_task(self._services.start(), name="loopjobs start")
        try:
            await self._starting
        except BaseException as error:
            was_stopped = self._stopping is not None
            await self.stop()
            if was_stopped and isinstance(error, asyncio.CancelledError):
                raise StartError("the host was stopped while it was starting") from None
            raise
        self._phase = _Phase.STARTED

    async def stop(self) -> None:
        """Stop everything within the shutdown budget and close the container.

        Idempotent; everybody who calls it awaits the same end.
        """
        await asyncio.shield(self._begin_stop())

    async def reload_settings(self) -> Sequence[Problem]:
        """Read the settings again and take them over between runs, if all of them are good.

        Otherwise the last good options stay, one ERROR says why, and the problems are returned.

        Raises:
            ControlError: the host is not running.
        """
        if self._phase is not _Phase.STARTED:
            raise ControlError("cannot reload settings: the host is not running")
        problems = self._parts.reload()
        if problems:
            listing = "\n".join(f"  - {problem}" for problem in problems)
            _log.error("settings not taken over, the last good ones stay:\n%s", listing)
        return problems

    def run(self) -> None:
        """Start, serve until SIGINT or SIGTERM, stop; blocks the calling thread.

        A second signal cuts the shutdown budget short. Signal handlers are given back.

        Raises:
            StartError: a service did not start.
            Exception: what a loop died of, or what a service raised from `stop`.
        """
        run_on_new_loop(self._serve(), lambda: self._services.has_abandoned)

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:  # noqa: ARG002 - ASGI's signature
        """Live as long as an ASGI application: `FastAPI(lifespan=host.lifespan)`.

        If a loop dies, the server is asked to end by a SIGTERM to this process: it must not go on
        as if its jobs were at work, and ASGI has no other word for it.
        """
        self._is_in_server = True
        async with self:
            yield

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop; raise what a loop died of, unless the block itself raised.

        On a virtual clock nobody is left to let time pass, so the budget of the stop is let pass.
        """
        clock = self._parts.context.clock
        if isinstance(clock, VirtualClock):
            await clock.pass_until(self._begin_stop())
        await self.stop()
        if error is None:
            self._raise_fault()

    async def _serve(self) -> None:
        with stop_signals(self._on_signal):
            try:
                await self.start()
            except StartError:
                if self._fault is None and self._was_asked_to_stop:
                    return
                raise
            await self._stopped.wait()
        self._raise_fault()

    async def _shut_down(self) -> None:
        self._phase = _Phase.STOPPING
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.wait({self._starting})
        for error in await self._services.stop():
            self._fault = self._fault or error
        await self._dismiss_sentinel()
        self._parts.context.timer.close()
        try:
            await self._parts.container.close()
        except Exception as error:  # noqa: BLE001 - whatever a dependency raises is said at the end
            _log.exception("a dependency did not close cleanly")
            self._fault = self._fault or error
        self._phase = _Phase.STOPPED
        self._stopped.set()

    def _begin_stop(self) -> asyncio.Task[None]:
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._shut_down(), name="loopjobs stop")
        return self._stopping

    def _on_signal(self) -> None:
        if self._was_asked_to_stop:
            self._services.force()
        self._was_asked_to_stop = True
        self._begin_stop()

    def _on_death(self, name: str, error: BaseException) -> None:
        self._fault = self._fault or error
        if self._sentinel is not None and self._sentinel.cancelling():
            # The event loop is being torn down around us: there is no time left for a clean stop.
            self._services.force()
            return
        _log.critical("job %s died; the host stops", name, extra={"job": name})
        self._begin_stop()
        if self._is_in_server and callable(signal.getsignal(signal.SIGTERM)):
            signal.raise_signal(signal.SIGTERM)

    async def _watch(self) -> None:
        """Notice that the event loop is torn down without a stop, as at the end of asyncio.run.

        Loops survive a cancellation that strikes a run, so somebody must tell the two apart.
        """
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            if self._phase is not _Phase.STOPPING:
                self._services.force()

    async def _dismiss_sentinel(self) -> None:
        if self._sentinel is not None:
            self._sentinel.cancel()
            await asyncio.wait({self._sentinel})

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault
