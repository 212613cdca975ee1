"""An HTTP server that starts and stops with the host."""

import asyncio
import errno
import logging
import socket
from contextlib import ExitStack
from typing import Final

import uvicorn
from fastapi import FastAPI
from pydantic import Field

from loopjobs import Options, StartError

_log = logging.getLogger(__name__)

_BACKLOG: Final = 2_048


class HttpOptions(Options):
    """The settings section `Http`."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(8080, ge=0, le=65_535)
    """The port to listen on; 0 takes a free one."""
    access_log: bool = False
    """Whether every request is logged."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose `X-Forwarded-…` headers count; nobody's by default:
    rate limits go by address, and everybody can send such a header."""
    shutdown_timeout_in_seconds: int = Field(10, ge=0, le=3_600)
    """How long requests in progress may go on while the service stops."""


class HttpServer:
    """A hosted service: uvicorn, listening between `start` and `stop`.

    It leaves signals to the host, and logging to whoever configured it.

    Args:
        app: the web application; its lifespan is the host's affair and is not run.
        options: where to listen.
    """

    def __init__(self, app: FastAPI, options: HttpOptions) -> None:
        self._app = app
        self._options = options
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = options.port
        """The port it listens on: the real one as soon as it has started."""

    @property
    def url(self) -> str:
        """Where clients on this machine find it."""
        host = self._options.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Listen; returns when connections are served.

        Raises:
            StartError: the address cannot be listened on, or it listens already.
        """
        if self._serving is not None:
            raise StartError(f"the HTTP server listens on {self.url} already")
        with ExitStack() as on_failure:
            listener = on_failure.enter_context(_listen(self._options.host, self._options.port))
            self.port = listener.getsockname()[1]
            server = self._create_server()
            await server.startup(sockets=[listener])
            on_failure.pop_all()
        self._server = server
        self._serving = asyncio.create_task(server.main_loop(), name="HttpServer")
        _log.info("listening on %s", self.url, extra={"url": self.url})

    async def stop(self) -> None:
        """Serve what is in progress, close everything; harmless when nothing listens."""
        server, serving = self._server, self._serving
        self._server = self._serving = None
        if server is None or serving is None:
            return
        server.should_exit = True
        try:
            await serving
            await server.shutdown()
        finally:
            for listening in server.servers:
                listening.close()

    def _create_server(self) -> uvicorn.Server:
        config = uvicorn.Config(
            self._app,
            host=self._options.host,
            port=self.port,
            lifespan="off",
            log_config=None,
            access_log=self._options.access_log,
            server_header=False,
            proxy_headers=bool(self._options.trusted_proxies),
            forwarded_allow_ips=list(self._options.trusted_proxies),
            timeout_graceful_shutdown=self._options.shutdown_timeout_in_seconds,
        )
        config.load()
        server = uvicorn.Server(config)
        # What `serve` does before `startup`; `serve` itself would take the signals over.
        server.lifespan = config.lifespan_class(config)
        return server


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # By ourselves: uvicorn would end the process where it cannot listen.
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise StartError(f"cannot listen on {host} port {port}: {_explain(error)}") from error
    # asyncio does so only for sockets that name their protocol, which create_server's do not;
    # without it every answer waits some 40 ms for the client's acknowledgment.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _explain(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is taken. Stop the process that has it, or set Http:Port (0: a free one)"
    return f"{error.strerror or error}. Check Http:Host and Http:Port"
