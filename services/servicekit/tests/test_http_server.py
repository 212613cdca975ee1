"""The HTTP server as a hosted service, on real sockets of this machine."""

import asyncio
import signal
import socket

import httpx
import pytest
from fastapi import FastAPI, Request

from loopjobs import StartError
from servicekit.http_server import HttpOptions, HttpServer


def hello() -> FastAPI:
    app = FastAPI()
    app.add_api_route("/", lambda: "hello")
    return app


def options(**settings: object) -> HttpOptions:
    return HttpOptions.model_validate({"Port": 0, **settings})


async def get(server: HttpServer, path: str = "/") -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(server.url + path)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_it_serves_from_start_to_stop(host: str) -> None:
    """Port 0 takes a free port, which is told; after the stop nobody is there."""
    server = HttpServer(hello(), options(Host=host))
    await server.start()
    assert server.port != 0
    assert (await get(server)).json() == "hello"
    await server.stop()
    with pytest.raises(httpx.ConnectError):
        await get(server)


async def test_it_says_where_it_listens(caplog: pytest.LogCaptureFixture) -> None:
    """One line through standard logging, and none for each request."""
    caplog.set_level("INFO", "servicekit")
    caplog.set_level("INFO", "uvicorn")
    server = HttpServer(hello(), options())
    await server.start()
    await get(server)
    await server.stop()
    assert f"listening on http://127.0.0.1:{server.port}" in caplog.messages
    assert not [line for line in caplog.records if line.name == "uvicorn.access"]


async def test_requests_are_logged_where_it_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """With AccessLog each request has its line."""
    caplog.set_level("INFO", "uvicorn.access")
    server = HttpServer(hello(), options(AccessLog=True))
    await server.start()
    await get(server)
    await server.stop()
    assert [line for line in caplog.records if line.name == "uvicorn.access"]


@pytest.mark.parametrize(
    ("trusted", "seen"), [([], "127.0.0.1"), (["127.0.0.1"], "203.0.113.9"), (["::1"], "127.0.0.1")]
)
async def test_who_asks_is_told_by_trusted_proxies_only(trusted: list[str], seen: str) -> None:
    """Anybody can send the header; rate limits go by the address."""
    app = FastAPI()

    async def who(request: Request) -> str:
        return request.client.host if request.client else ""

    app.add_api_route("/", who)
    server = HttpServer(app, options(TrustedProxies=trusted))
    await server.start()
    async with httpx.AsyncClient(headers={"X-Forwarded-For": "203.0.113.9"}) as client:
        assert (await client.get(server.url)).json() == seen
    await server.stop()


async def test_a_port_that_is_taken_fails_the_start() -> None:
    """The error names the port and what to do; the process goes on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = HttpServer(hello(), options(Port=port))
        with pytest.raises(StartError, match=f"127.0.0.1 port {port}: the port is taken"):
            await server.start()


async def test_an_address_of_somebody_else_fails_the_start() -> None:
    """An address that this machine does not have cannot be listened on."""
    server = HttpServer(hello(), options(Host="192.0.2.1"))
    with pytest.raises(StartError, match=r"cannot listen on 192\.0\.2\.1 .* Check Http:Host"):
        await server.start()


async def test_it_is_started_once() -> None:
    """A second start is refused and does no harm."""
    server = HttpServer(hello(), options())
    await server.start()
    with pytest.raises(StartError, match="already"):
        await server.start()
    assert (await get(server)).status_code == 200
    await server.stop()


async def test_stopping_again_is_harmless() -> None:
    """So is stopping what was never started."""
    server = HttpServer(hello(), options())
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()


async def test_a_request_in_progress_is_served_to_its_end() -> None:
    """A stop lets a request finish that had begun."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    app = FastAPI()

    async def slow() -> str:
        begun.set()
        await go_on.wait()
        return "done"

    app.add_api_route("/", slow)
    server = HttpServer(app, options())
    await server.start()
    asking = asyncio.create_task(get(server))
    await begun.wait()
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    go_on.set()
    assert (await asking).json() == "done"
    await stopping


async def test_a_request_that_does_not_end_is_cut_off() -> None:
    """Past the timeout of the stop the request is canceled."""
    begun = asyncio.Event()
    app = FastAPI()

    async def endless() -> None:
        begun.set()
        await asyncio.get_running_loop().create_future()

    app.add_api_route("/", endless)
    server = HttpServer(app, options(ShutdownTimeoutInSeconds=0))
    await server.start()
    asking = asyncio.create_task(get(server))
    await begun.wait()
    await server.stop()
    assert (await asking).status_code == 500


async def test_a_stop_that_is_cut_short_still_frees_the_port() -> None:
    """When the host has no more patience, the next process can listen all the same."""
    server = HttpServer(hello(), options())
    await server.start()
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    socket.create_server(("127.0.0.1", server.port)).close()


async def test_signals_are_left_to_the_host() -> None:
    """Whoever handles SIGINT and SIGTERM still does while the server runs."""
    handled = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    server = HttpServer(hello(), options())
    await server.start()
    await get(server)
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handled
    await server.stop()
