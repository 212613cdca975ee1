"""A way to PostgreSQL on which things go wrong."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from sqlalchemy import make_url

_ERROR = b"SFATAL\x00C08P01\x00Munsupported startup parameter: options\x00\x00"


class Middleman:
    """Listens on a port and hands on to a server what it is told, and the answers.

    Args:
        url: The database of the server, which listens on a Unix socket.
        refuses_options: Whether it is like a pooler, and takes no `options` of a connection.
    """

    def __init__(self, url: str, *, refuses_options: bool = False) -> None:
        self._server = make_url(url)
        self._refuses_options = refuses_options
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.refused = 0
        self.is_silent = False
        """Whether it takes what it is told, and nothing comes of it."""
        self._run(self._serve)

    @property
    def url(self) -> str:
        """The same database by way of this."""
        port = self._listener.getsockname()[1]
        query = {"sslmode": "disable", "gssencmode": "disable"}
        url = self._server.set(host="127.0.0.1", port=port, drivername="postgresql", query=query)
        return url.render_as_string(hide_password=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A close alone wakes nobody who waits for something to come.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._sockets):
            each.close()

    def _run(self, target: "object", *args: object) -> None:
        thread = threading.Thread(target=target, args=args)  # type: ignore[arg-type] # a function
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            startup = client.recv(65536)
            if self._refuses_options and b"\x00options\x00" in startup:
                self.refused += 1
                client.sendall(b"E" + (len(_ERROR) + 4).to_bytes(4, "big") + _ERROR)
                client.shutdown(socket.SHUT_WR)
                continue
            server = socket.socket(socket.AF_UNIX)
            self._sockets.append(server)
            server.connect(self._socket_file())
            server.sendall(startup)
            self._run(self._hand_on, client, server)
            self._run(self._hand_on, server, client)

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.is_silent:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _socket_file(self) -> str:
        folder = self._server.host or self._server.query["host"]
        return f"{folder}/.s.PGSQL.{self._server.port or 5432}"
