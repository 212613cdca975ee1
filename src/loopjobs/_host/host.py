"""The host: starts services in order, stops them in reverse, and ends with what went wrong."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from enum import Enum, auto
from types import TracebackType
from typing import Self

from dishka import AsyncContainer

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._host.event_loop import run_on_new_loop
from loopjobs._host.host_parts import HostParts
from loopjobs._host.service_line import is_cancelled
from loopjobs._host.set_aside import garbage_collected_before, given_back
from loopjobs._loop.job_handle import JobHandle
from loopjobs._mechanisms.home_loop import check_home
from loopjobs._run.current import find_current_run
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.clock import VirtualClock
from loopjobs._words.errors import ControlError, Problem, StartError
from loopjobs._words.records import RunRecord, ShownOption

_log = logging.getLogger("loopjobs.host")


class _Phase(Enum):
    BUILT = auto()
    STARTING = auto()
    STARTED = auto()
    STOPPING = auto()
    STOPPED = auto()


class _StoppedEarlyError(StartError):
    """It did not fail: somebody stopped the host meanwhile."""

    def __init__(self) -> None:
        super().__init__("the host was stopped before it had started")


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
        self._context = Context()
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

    @property
    def settings(self) -> Mapping[str, Sequence[ShownOption]]:
        """The options in force by settings section, secrets masked, with where each comes from."""
        return self._parts.settings

    @property
    def services(self) -> Sequence[HostedService]:
        """The services that have started, loops included, in order."""
        return self._services.started

    @property
    def is_running(self) -> bool:
        """Whether it has started, and nobody and nothing has asked it to stop."""
        return self._phase is _Phase.STARTED and self._stopping is None

    async def start(self) -> None:
        """Start all services in order of registration; return when the last one has started.

        If one fails, those already started are stopped again.

        Raises:
            StartError: a service did not start, the host was stopped meanwhile, or it was
                started before.
        """
        if self._phase is not _Phase.BUILT:
            if self._sentinel is None:
                raise _StoppedEarlyError
            raise StartError("a host is started once; build another one to start again")
        self._phase = _Phase.STARTING
        self._context = copy_context()
        self._parts.context.on_death = self._on_death
        self._sentinel = asyncio.create_task(self._watch(), name="loopjobs sentinel")
        try:
            if self._parts.leases is not None:
                await self._parts.leases.find()
            await self._services.start()
        except BaseException as error:
            was_stopped = self._stopping is not None
            await self.stop()
            if was_stopped and isinstance(error, asyncio.CancelledError) and not is_cancelled():
                raise _StoppedEarlyError from self._fault
            raise
        if self._stopping is None:
            # Otherwise the stop came after the last service had started: it goes its own way.
            self._phase = _Phase.STARTED
            self._parts.watch.start(self._is_torn_down)

    async def run_once(self, job: str) -> RunRecord:
        """Run one job once by hand, on a host that is not started, and return how it ended.

        What was registered before the job starts first, other loops excepted; what was registered
        after it stays out, and the job itself gets no slots. Then everything is stopped. For the
        command line, and for whoever brings a schedule of their own.

        Raises:
            ControlError: there is no such job, or it is disabled.
            StartError: a service did not start, or the host was started before.
        """
        handle = self._parts.jobs.get(job)
        if handle is None:
            names = ", ".join(self._parts.jobs) or "none"
            raise ControlError(f"cannot run job {job}: there is no such job; there are: {names}")
        if self._phase is _Phase.BUILT:
            self._services.narrow(job)
        async with self:
            return await handle.trigger()

    async def stop(self) -> None:
        """Stop everything within the shutdown budget and close the container.

        Idempotent; everybody who calls it awaits the same end. Only a run of this host does not:
        there it returns at once, for the end of the host comes after the end of the run.

        Raises:
            ControlError: it was called from another event loop than the host's.
        """
        check_home(self._sentinel, "stop the host")
        stopping = self._begin_stop()
        run = find_current_run()
        process = self._parts.context.process
        if not (isinstance(run, RunInProgress) and run.is_in_progress_in(process)):
            await asyncio.shield(stopping)

    async def reload_settings(self) -> Sequence[Problem]:
        """Read the settings again and take them over between runs, if all of them are good.

        Otherwise the last good options stay, one ERROR says why, and the problems are returned.
        Edits of files are noticed without it, changes of environment variables are not.

        Raises:
            ControlError: the host is not running, or runs on another event loop.
        """
        if self._phase is not _Phase.STARTED:
            raise ControlError("cannot reload settings: the host is not running")
        check_home(self._sentinel, "reload settings")
        return self._parts.reload()

    def run(self) -> None:
        """Start, serve until SIGINT or SIGTERM, stop; blocks the calling thread.

        A second signal cuts the shutdown budget short. Signal handlers are given back. While it
        serves, the garbage collector does not look at what was there when it had started.

        Raises:
            StartError: a service did not start.
            Exception: what a loop died of, or what a service raised from `stop`.
        """
        with given_back():
            run_on_new_loop(self._serve, self._on_signal, lambda: self._services.has_abandoned)

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
        try:
            with garbage_collected_before():
                await self.start()
        except _StoppedEarlyError:
            if self._fault is not None:
                raise
        await self._stopped.wait()
        self._raise_fault()

    async def _shut_down(self) -> None:
        self._phase = _Phase.STOPPING
        self._parts.watch.request_stop()
        try:
            errors = await self._services.stop()
            await self._parts.watch.wait_stopped()
            if self._parts.context.leases is not None:
                await self._parts.context.leases.close()
            await self._dismiss_sentinel()
            closing = await self._services.close("the container", self._parts.container.close)
            for error in (*errors, closing):
                self._fault = self._fault or error
        finally:
            self._parts.context.timer.close()
            self._phase = _Phase.STOPPED
            self._stopped.set()

    def _begin_stop(self) -> asyncio.Task[None]:
        if self._stopping is None:
            # Not in the context of the caller, which may be a run, or whatever a signal has hit.
            self._stopping = asyncio.create_task(
                self._shut_down(), name="loopjobs stop", context=self._context.copy()
            )
        return self._stopping

    def _on_signal(self) -> None:
        if self._was_asked_to_stop:
            self._services.force()
        self._was_asked_to_stop = True
        self._begin_stop()

    def _on_death(self, name: str, error: BaseException) -> None:
        self._fault = self._fault or error
        if self._is_torn_down():
            # The event loop is being torn down around us: there is no time left for a clean stop.
            self._services.force()
            return
        was_stopping = self._stopping is not None
        self._begin_stop()
        if not was_stopping and self._is_in_server and callable(signal.getsignal(signal.SIGTERM)):
            signal.raise_signal(signal.SIGTERM)
        _log.critical("job %s died; the host stops", name, extra={"job": name})

    def _is_torn_down(self) -> bool:
        return self._sentinel is not None and self._sentinel.cancelling() > 0

    async def _watch(self) -> None:
        """Notice that the event loop is torn down without a stop, as at the end of asyncio.run.

        Loops survive a cancellation that strikes a run, so somebody must tell the two apart.
        """
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            if self._phase is not _Phase.STOPPING:
                self._services.force()
            raise

    async def _dismiss_sentinel(self) -> None:
        if self._sentinel is not None:
            self._sentinel.cancel()
            await asyncio.wait({self._sentinel})

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault
