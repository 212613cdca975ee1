"""The hosted services of a host: started in order, stopped in reverse."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.service import LoopHostedService
from loopjobs._run.time_limit import CANCEL_GRACE_IN_SECONDS
from loopjobs._words.errors import StartError, StopError
from loopjobs._words.options import LoopJobOptions

_log = logging.getLogger("loopjobs.host")

_STARTS_AT_ONCE: Final = 50

AnyLoop: TypeAlias = LoopHostedService[object, LoopJobOptions]


@dataclass(frozen=True, slots=True)
class GivenService:
    """A hosted service that is there before it is its turn to start."""

    name: str
    service: HostedService

    async def given(self) -> "GivenService":
        """Return it as it is."""
        return self


@dataclass(frozen=True, slots=True)
class InjectedService:
    """A hosted service that is made when it is its turn to start."""

    name: str
    make: Callable[[], Awaitable[HostedService]]

    async def given(self) -> GivenService:
        """Make the service."""
        return GivenService(self.name, await self.make())


ServiceSource: TypeAlias = AnyLoop | GivenService | InjectedService
"""A loop stands for itself: there may be very many."""


class ServiceLine:
    """Starts services one after the other and stops those that were started, last one first.

    Loops end themselves within the shutdown budget. Anything else that goes past the same budget
    is cancelled, and given up after the same grace.
    """

    def __init__(self, sources: list[ServiceSource], context: LoopContext) -> None:
        self._sources = sources
        self._context = context
        self._started: list[AnyLoop | GivenService] = []
        self._turn_of = ""
        self._starting: asyncio.Task[None] | None = None
        self._start_awaited: asyncio.Future[None] | None = None
        self._out_of_patience = asyncio.Event()
        self.has_abandoned = False

    @property
    def started(self) -> Sequence[HostedService]:
        """The services that have started, in order."""
        return tuple(map(_service_of, self._started))

    def narrow(self, job: str) -> None:
        """Start no other loop than this one, without slots, and nothing registered after it.

        Services start in order because the later may need the earlier, never the other way round.
        """
        kept: list[ServiceSource] = []
        for source in self._sources:
            if not isinstance(source, LoopHostedService):
                kept.append(source)
            elif source.name == job:
                source.go_without_slots()
                self._sources = [*kept, source]
                return

    async def start(self) -> None:
        """Start all services in order.

        Raises:
            StartError: one did not start; it is named, and the cause is attached.
            asyncio.CancelledError: `stop` was called meanwhile.
        """
        self._starting = asyncio.create_task(self._start_all(), name="loopjobs start")
        self._start_awaited = asyncio.shield(self._starting)
        await self._start_awaited

    async def stop(self) -> list[BaseException]:
        """Stop the started services in reverse within one budget; return what went wrong."""
        # Last one first here too, which also spares the timer: the first to be due goes last.
        for loop in reversed(self._loops()):
            loop.request_stop()
        budget_ends = self._context.clock.monotonic() + self._context.shutdown_timeout
        self._context.timer.arm_deadline(budget_ends, self._out_of_patience.set)
        try:
            errors = [await self._stop_starting()]
            errors += [await self._stop_one(each) for each in reversed(self._started)]
            await self._context.announcer.close()
        finally:
            self._context.announcer.wind_down()
        return [error for error in errors if error is not None]

    async def close(self, name: str, close: Callable[[], Awaitable[None]]) -> BaseException | None:
        """Close what the services stood on; it has the grace even when the budget is used up."""

        async def patience() -> None:
            await self._out_of_patience.wait()
            await self._context.clock.sleep(CANCEL_GRACE_IN_SECONDS)

        return await self._end(name, close, patience())

    def force(self) -> None:
        """Cut the budget short."""
        self._out_of_patience.set()
        self._context.announcer.wind_down()
        for loop in self._loops():
            loop.force_stop()

    def _loops(self) -> list[AnyLoop]:
        return [each for each in self._started if isinstance(each, LoopHostedService)]

    async def _start_all(self) -> None:
        for number, source in enumerate(self._sources):
            self._turn_of = source.name
            await self._start_one(source)
            if number % _STARTS_AT_ONCE == 0:
                # Loops start without waiting for anything; who was there before them is served.
                await asyncio.sleep(0)
            if is_cancelled():
                # The service has swallowed it; the next one must not start all the same.
                raise asyncio.CancelledError
        self._context.started_since = None

    def _note_start(self, source: ServiceSource) -> None:
        """Let loops count from one moment that start one right after the other."""
        context = self._context
        if not isinstance(source, LoopHostedService):
            # It may take as long as it likes.
            context.started_since = None
        elif context.started_since is None:
            context.started_since = context.clock.monotonic()

    async def _start_one(self, source: ServiceSource) -> None:
        try:
            self._note_start(source)
            given = source if isinstance(source, LoopHostedService) else await source.given()
            await _service_of(given).start()
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_cancelled():
                raise
            raise StartError(
                f"service {source.name} did not start: {type(error).__name__}: {error}"
            ) from error
        self._started.append(given)

    async def _stop_starting(self) -> BaseException | None:
        starting, awaited = self._starting, self._start_awaited
        if starting is None or awaited is None or starting.done():
            return None
        starting.cancel()
        if await _ends_before(starting, self._grace()):
            return None
        self.has_abandoned = True
        awaited.cancel()
        error = StopError(
            f"service {self._turn_of} is still starting {CANCEL_GRACE_IN_SECONDS:g} s after its "
            "start was cancelled; let its start() end when it is cancelled"
        )
        _log.error("%s", error)
        return error

    async def _stop_one(self, each: AnyLoop | GivenService) -> BaseException | None:
        if isinstance(each, LoopHostedService):
            await each.stop()
            self.has_abandoned |= each.has_abandoned
            return None
        # It may live on events; the last ones of the loops above it must not come after its end.
        await self._context.announcer.settle()
        patience = self._out_of_patience.wait()
        return await self._end(f"service {each.name}", each.service.stop, patience)

    async def _end(
        self,
        name: str,
        end: Callable[[], Awaitable[None]],
        patience: Coroutine[object, object, object],
    ) -> BaseException | None:
        ending = asyncio.create_task(_call(end), name=f"loopjobs stop {name}")
        in_time = await _ends_before(ending, patience)
        if not in_time:
            ending.cancel()
            self.has_abandoned |= not await _ends_before(ending, self._grace())
        error = self._read_end(name, ending, in_time=in_time)
        if error is not None:
            _log.error("%s did not stop cleanly", name, exc_info=error)
        return error

    def _read_end(
        self, name: str, ending: asyncio.Task[None], *, in_time: bool
    ) -> BaseException | None:
        if not in_time and (not ending.done() or ending.cancelled()):
            return StopError(
                f"{name} did not stop within {self._context.shutdown_timeout:g} s; "
                "let it end sooner or raise Host:ShutdownTimeoutInSeconds"
            )
        if ending.cancelled():
            return StopError(
                f"{name} ended with a CancelledError that the host did not ask for; "
                "suppress it where stop() awaits what it has cancelled itself"
            )
        return ending.exception()

    def _grace(self) -> Coroutine[object, object, None]:
        return self._context.clock.sleep(CANCEL_GRACE_IN_SECONDS)


def _service_of(each: AnyLoop | GivenService) -> HostedService:
    return each if isinstance(each, LoopHostedService) else each.service


async def _call(end: Callable[[], Awaitable[None]]) -> None:
    await end()


def is_cancelled() -> bool:
    """Whether somebody cancels the present task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _ends_before(task: asyncio.Task[None], limit: Coroutine[object, object, object]) -> bool:
    other = asyncio.ensure_future(limit)
    try:
        await asyncio.wait({task, other}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        other.cancel()
        await asyncio.wait({other})
    return task.done()
