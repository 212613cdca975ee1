"""`lifespan` makes the host live as long as a web application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from loopjobs import CancellationToken, Host, StartError
from loopjobs.testing import FakeClock

Build = Callable[..., Host]
Message = dict[str, Any]


async def quick(ct: CancellationToken) -> None:
    pass


class Server:
    """Speaks the lifespan protocol of ASGI to an application, as uvicorn does."""

    def __init__(self, application: Any) -> None:  # noqa: ANN401 - ASGI is that wide
        self._to_application: asyncio.Queue[Message] = asyncio.Queue()
        self._from_application: asyncio.Queue[Message] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.create_task(
            application(scope, self._to_application.get, self._from_application.put)
        )

    async def say(self, event: str) -> str:
        """Send the event and return the type of the answer."""
        await self._to_application.put({"type": f"lifespan.{event}"})
        answer = await self._from_application.get()
        return str(answer["type"])

    async def ended(self) -> BaseException | None:
        await asyncio.wait({self._task})
        return self._task.exception()


@pytest.fixture(params=["starlette.applications.Starlette", "fastapi.FastAPI"])
def application(request: pytest.FixtureRequest) -> Callable[..., Any]:
    module, _, name = request.param.rpartition(".")
    made: Callable[..., Any] = getattr(pytest.importorskip(module), name)
    return made


async def test_the_host_starts_and_stops_with_the_application(
    build: Build, clock: FakeClock, application: Callable[..., Any]
) -> None:
    """`FastAPI(lifespan=host.lifespan)` is all there is to write."""
    host = build(quick)
    server = Server(application(lifespan=host.lifespan))
    assert await server.say("startup") == "lifespan.startup.complete"
    await clock.advance(10)
    assert host.jobs["quick"].status().ledger.succeeded == 2
    assert await server.say("shutdown") == "lifespan.shutdown.complete"
    assert await server.ended() is None
    assert host.jobs["quick"].status().state == "stopped"


async def test_a_host_that_does_not_start_fails_the_startup(
    build: Build, application: Callable[..., Any]
) -> None:
    """The server must not serve an application whose jobs are not at work."""

    class Broken:
        async def start(self) -> None:
            raise OSError("port in use")

        async def stop(self) -> None:
            raise NotImplementedError

    server = Server(application(lifespan=build(Broken()).lifespan))
    assert await server.say("startup") == "lifespan.startup.failed"
    assert isinstance(await server.ended(), StartError)


async def test_a_loop_that_died_fails_the_shutdown(
    build: Build, clock: FakeClock, application: Callable[..., Any]
) -> None:
    """The server reports it, and its exit code says so."""
    tasks: list[asyncio.Task[object] | None] = []

    async def job(ct: CancellationToken) -> None:
        tasks.append(asyncio.current_task())

    server = Server(application(lifespan=build(job).lifespan))
    await server.say("startup")
    await clock.advance(0)
    assert tasks[0] is not None
    tasks[0].cancel()
    await clock.advance(0)
    assert await server.say("shutdown") == "lifespan.shutdown.failed"
    assert "cancelled from outside" in str(await server.ended())


async def test_a_host_serves_one_life_of_one_application(build: Build) -> None:
    """The second start says what to do."""
    host = build(quick)
    async with host.lifespan():
        pass
    with pytest.raises(StartError, match="build another one"):
        await host.lifespan().__aenter__()


async def test_a_lifespan_may_be_one_of_several(build: Build, clock: FakeClock) -> None:
    """It is an ordinary context manager, to be used inside another."""
    journal: list[str] = []
    host = build(quick)

    async def lifespan() -> AsyncIterator[None]:
        async with host.lifespan():
            journal.append(host.jobs["quick"].status().state)
            yield

    async for _ in lifespan():
        await clock.advance(0)
    assert journal == ["waiting"]
