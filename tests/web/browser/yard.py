"""Jobs that end as they are told, and a real server with the page about them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from fastapi import FastAPI, Request, Response

from loopjobs import CancellationToken, Host, HostBuilder, JobHandle, LoopJobOptions, current_run
from loopjobs.web import Visitor, create_jobs_app, insecure_allow_anyone
from servicekit.http_server import HttpOptions, HttpServer

HOSTILE: Final = '<img src=x onerror="alert(1)">'
LONG: Final = "A" * 180
RIGHT_TO_LEFT: Final = "مهمة المزامنة 🚚"
PASSWORD: Final = "correct horse"
_GOOD: Final = ("PriceFeed", "Paused", "Clicked", "Typed", "Plain", "Watched")
_HOUR: Final = 3_600
_FRAME: Final = """<!doctype html>
<title>frame</title>
<link rel="icon" href="/jobs/static/icon.svg">
<iframe src="/jobs/"></iframe>"""


@dataclass
class Orders:
    """What the jobs are told."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: the slow job goes on to its end."""
    rows: int = 0


@dataclass
class Yard:
    """The host, and where its page is."""

    host: Host
    orders: Orders
    app: FastAPI
    origin: str

    @property
    def url(self) -> str:
        """The page that everybody may use."""
        return f"{self.origin}/jobs"

    def job(self, name: str) -> JobHandle:
        """Return a job."""
        return self.host.jobs[name]

    @asynccontextmanager
    async def in_background(self, run: Coroutine[object, object, object]) -> AsyncIterator[None]:
        """Let a run go on meanwhile; afterwards it has ended."""
        async with asyncio.TaskGroup() as group:
            group.create_task(run)
            try:
                yield
            finally:
                self.orders.go.set()

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[HttpServer]:
        """Serve the same on another port, until it is stopped."""
        server = new_server(self.app)
        await server.start()
        try:
            yield server
        finally:
            await server.stop()


def new_server(app: FastAPI) -> HttpServer:
    """Return a server that does not wait for those who watch."""
    return HttpServer(app, HttpOptions(port=0, shutdown_timeout_in_seconds=0))


@asynccontextmanager
async def open_yard() -> AsyncIterator[Yard]:
    """Start the host and the server; nothing runs but what is triggered."""
    orders = Orders()
    host = _build(orders)
    app = FastAPI()
    authorization = insecure_allow_anyone()
    app.mount("/jobs", create_jobs_app(host, authorization=authorization, title="Shop"))
    app.mount("/private", create_jobs_app(host, sign_in=_sign_in, title="Shop"))
    app.add_api_route("/frame", _frame)
    server = new_server(app)
    async with host:
        for name in ("StockSync", "StockSync", "StockSync", HOSTILE, LONG, RIGHT_TO_LEFT):
            await host.jobs[name].trigger()
        await host.jobs["Paused"].pause()
        await server.start()
        try:
            yield Yard(host, orders, app, server.url)
        finally:
            orders.go.set()
            await server.stop()


def _build(orders: Orders) -> Host:
    async def fail(ct: CancellationToken) -> None:
        raise ConnectionError(f"no answer from {HOSTILE}")

    async def work(ct: CancellationToken) -> None:
        orders.rows += 1
        current_run().report(**{"rows": orders.rows, HOSTILE: 1})

    async def linger(ct: CancellationToken) -> None:
        current_run().report(letters=12)
        await orders.go.wait()

    jobs = dict.fromkeys(_GOOD, work) | {"StockSync": fail, HOSTILE: fail, "Slow": linger}
    jobs |= dict.fromkeys((LONG, RIGHT_TO_LEFT), work)
    section = {"IntervalInSeconds": _HOUR, "InitialDelayInSeconds": _HOUR}
    builder = HostBuilder(settings_files=(), settings={"Job": section})
    for name, body in jobs.items():
        builder.add_loop_job(body, LoopJobOptions, "Job", name)
    return builder.build()


async def _sign_in(name: str, password: str, /) -> Visitor | None:
    return Visitor(name, may_operate=name == "ann") if password == PASSWORD else None


async def _frame(request: Request) -> Response:
    return Response(_FRAME, media_type="text/html")
