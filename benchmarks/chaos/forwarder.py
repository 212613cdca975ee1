"""A way to the server on which things go wrong: it is cut, or falls silent."""

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_CHUNK: Final = 65_536


class Forwarder:
    """Listens on a port and hands on what comes to a socket file, and what comes back.

    Args:
        target: The socket file.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._is_cut = False
        self._flows = threading.Event()
        self._flows.set()
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._run(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all connections, and listen no longer."""
        self.cut()
        self._flows.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def cut(self) -> None:
        """End all connections, and new ones at once."""
        with self._lock:
            self._is_cut = True
            for each in self._sockets:
                _end(each)
            self._sockets.clear()

    def silence(self) -> None:
        """Hand on nothing until it is mended, and lose nothing; as behind a switch that hangs."""
        self._flows.clear()

    def mend(self) -> None:
        """Take connections again."""
        self._is_cut = False
        self._flows.set()

    def opening(self, client: socket.socket) -> bytes | None:  # noqa: ARG002 - others look at it
        """Return what the server hears first of a client; `None` if it is not to hear of it."""
        return b""

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            opening = self.opening(client)
            if opening is None:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            with self._lock:
                if self._is_cut or server.connect_ex(str(self._target)):
                    client.close()
                    server.close()
                    continue
                self._sockets += [client, server]
            self._run(self._hand_on, client, server, opening)
            self._run(self._hand_on, server, client)

    def _hand_on(self, source: socket.socket, target: socket.socket, opening: bytes = b"") -> None:
        try:
            data = opening or source.recv(_CHUNK)
            while data:
                self._flows.wait()
                target.sendall(data)
                data = source.recv(_CHUNK)
        except OSError:
            pass
        _end(target)
        source.close()

    def _run(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)  # type: ignore[arg-type] # a function
        self._threads.append(thread)
        thread.start()


def _end(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
