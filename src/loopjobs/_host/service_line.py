"""The hosted services of a host: started in order, stopped in reverse."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TypeAlias

from loopjobs._contracts.hosted_service import HostedService
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.service import LoopHostedService
from loopjobs._run.time_limit import CANCEL_GRACE_IN_SECONDS
from loopjobs._words.errors import StartError, StopError
from loopjobs._words.options import LoopJobOptions

_log = logging.getLogger("loopjobs.host")

AnyLoop: TypeAlias = LoopHostedService[object, LoopJobOptions]


@dataclass(frozen=True, slots=True)
class ServiceSource:
    """A hosted service to be: its name, and how to get it when it is its turn to start."""

    name: str
    get: Callable[[], Awaitable[HostedService]]


class ServiceLine:
    """Starts services one after the other and stops those that were started, last one first.

    Loops end themselves within the shutdown budget; any other service whose `stop` goes past the
    same budget is cancelled, and given up after the same grace.
    """

    def __init__(self, sources: list[ServiceSource], context: LoopContext) -> None:
        self._sources = sources
        self._context = context
        self._started: list[tuple[str, HostedService]] = []
        self._out_of_patience = asyncio.Event()
        self.has_abandoned = False

    async def start(self) -> None:
        """Start all services in order.

        Raises:
            StartError: one did not start; it is named, and the cause is attached.
        """
        for source in self._sources:
            try:
                service = await source.get()
                await service.start()
            except Exception as error:
                raise StartError(
                    f"service {source.name} did not start: {type(error).__name__}: {error}"
                ) from error
            self._started.append((source.name, service))

    async def stop(self) -> list[Exception]:
        """Stop the started services in reverse within one budget; return what went wrong."""
        for loop in self._loops():
            loop.request_stop()
        clock, timer = self._context.clock, self._context.timer
        budget_ends = clock.monotonic() + self._context.shutdown_timeout
        alarm = timer.arm_deadline(budget_ends, self._out_of_patience.set)
        errors = [
            error
            for name, service in reversed(self._started)
            if (error := await self._stop_one(name, service)) is not None
        ]
        alarm.cancel()
        return errors

    def force(self) -> None:
        """Cut the budget short."""
        self._out_of_patience.set()
        for loop in self._loops():
            loop.force_stop()

    def _loops(self) -> list[AnyLoop]:
        return [service for _, service in self._started if isinstance(service, LoopHostedService)]

    async def _stop_one(self, name: str, service: HostedService) -> Exception | None:
        if isinstance(service, LoopHostedService):
            await service.stop()
            self.has_abandoned |= service.has_abandoned
            return None
        stopping = asyncio.create_task(service.stop(), name=f"loopjobs stop {name}")
        if not await _ends_before(stopping, self._out_of_patience.wait()):
            stopping.cancel()
            grace = self._context.clock.sleep(CANCEL_GRACE_IN_SECONDS)
            if not await _ends_before(stopping, grace):
                self.has_abandoned = True
        return self._read_end(name, stopping)

    def _read_end(self, name: str, stopping: asyncio.Task[None]) -> Exception | None:
        if not stopping.done() or stopping.cancelled():
            error: BaseException | None = StopError(
                f"service {name} did not stop within {self._context.shutdown_timeout:g} s; "
                "let its stop() return sooner or raise Host:ShutdownTimeoutInSeconds"
            )
        else:
            error = stopping.exception()
        if error is not None:
            _log.error("service %s did not stop cleanly", name, exc_info=error)
        return error if isinstance(error, Exception) else None


async def _ends_before(task: asyncio.Task[None], limit: Coroutine[object, object, object]) -> bool:
    other = asyncio.ensure_future(limit)
    try:
        await asyncio.wait({task, other}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        other.cancel()
        await asyncio.wait({other})
    return task.done()
