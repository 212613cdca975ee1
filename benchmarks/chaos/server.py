"""A PostgreSQL that is stopped and started while replicas live on it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import psutil
import psycopg
from sqlalchemy import make_url

from servicekit.testing.passing_folder import passing_folder
from servicekit.testing.postgresql_server import as_conninfo, postgresql_programs

StopMode: TypeAlias = Literal["fast", "immediate"]

_PORT: Final = 5432
_BLOCK: Final = 512
"""The bytes that a shell counts files in."""
_LOOK_EVERY: Final = 0.02
_WRITTEN: Final = (
    "CREATE TABLE written (id BIGSERIAL PRIMARY KEY, namespace TEXT NOT NULL, token BIGINT)"
)
_END_LEASES: Final = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE application_name = 'loopjobs leases'"
)


@dataclass(frozen=True, slots=True)
class Server:
    """One that is running, as whoever runs it has set PostgreSQL up by default."""

    url: str
    data: Path
    """Its folder."""
    programs: Path
    """Where its programs are."""
    system_user: str | None
    """Whoever it runs as; `None` if that is who runs this."""

    @property
    def conninfo(self) -> str:
        """As the driver wants it."""
        return as_conninfo(self.url)

    @property
    def port(self) -> int:
        """The number in the name of its socket."""
        return make_url(self.url).port or _PORT

    @property
    def socket_file(self) -> Path:
        """What it listens on."""
        return socket_file(self.url)

    @property
    def socket_lock_file(self) -> Path:
        """What says that it does."""
        return self.socket_file.with_name(f"{self.socket_file.name}.lock")

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Ask something, by a connection of its own."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def end_connections(self) -> None:
        """End those of the leases."""
        self.query(_END_LEASES)

    def stop(self, mode: StopMode) -> None:
        """Let it end in order, or leave everything as it is, as in a crash."""
        self._ctl("-m", mode, "stop")

    def kill(self, *frozen: int) -> None:
        """Kill the first of its processes; the others end when they see that it is gone.

        Args:
            frozen: Those of the others that see nothing any more.
        """
        first = psutil.Process(int(self._lock_file.read_text().split()[0]))
        others = first.children()
        first.kill()
        for number in frozen:
            os.kill(number, signal.SIGKILL)
        while any(_is_there(each) for each in (first, *others)):
            time.sleep(_LOOK_EVERY)
        # Where nobody takes note of its end it would seem to be there still.
        self._lock_file.unlink(missing_ok=True)
        self.socket_lock_file.unlink(missing_ok=True)

    def start(self, *, largest_file: int | None = None) -> None:
        """Start it again, and wait until it is there.

        Args:
            largest_file: The bytes to which its files may grow.
        """
        log = str(self.data / "log")
        options = ("-l", log, "-o", f"-h '' -k {self.socket_file.parent}", "start")
        if largest_file is None:
            self._ctl(*options)
        else:
            limited = f'ulimit -f {largest_file // _BLOCK} && exec "$@"'
            self._ctl(*options, by=("/bin/sh", "-c", limited, "sh"))

    @property
    def _lock_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _ctl(self, *arguments: str, by: Sequence[str] = ()) -> None:
        program = self.programs / "pg_ctl"
        command = [*by, str(program), "-w", "-D", str(self.data), *arguments]
        # As whoever the server runs as: it refuses to be run by root.
        subprocess.run(  # noqa: S603 - our own words alone
            command, check=True, stdout=subprocess.DEVNULL, user=self.system_user
        )


def _is_there(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def socket_file(url: str) -> Path:
    """Return what the server of a database listens on."""
    parts = make_url(url)
    return Path(f"{parts.host or parts.query['host']}/.s.PGSQL.{parts.port or _PORT}")


def through_port(url: str, port: int) -> str:
    """Return the URL of the same database by way of a port of this machine."""
    query = {"sslmode": "disable", "gssencmode": "disable"}
    through = make_url(url).set(drivername="postgresql", host="127.0.0.1", port=port, query=query)
    return through.render_as_string(hide_password=False)


@contextmanager
def blank_data() -> Iterator[Path]:
    """Make the data of a server that nobody has used yet, to be copied: half a second of work."""
    with passing_folder("chaos-blank") as folder:
        data = folder / "data"
        postgresql_programs(folder).get_server(data, cleanup_mode="stop").cleanup()
        yield data


@contextmanager
def running_server(blank: Path | None = None) -> Iterator[Server]:
    """Start a server of our own, with an empty database, on a Unix socket.

    Args:
        blank: Data to begin with; without, they are made.
    """
    with passing_folder("chaos") as folder:
        data = folder / "data"
        if blank is not None:
            # With the owner of each file, who runs the server.
            subprocess.run(["cp", "-a", str(blank), str(data)], check=True)  # noqa: S603, S607 - our own words
        handle = postgresql_programs(folder).get_server(data, cleanup_mode="stop")
        server = Server(handle.get_uri(), data, Path(handle.bin_path), handle.system_user)
        try:
            server.query(_WRITTEN)
            yield server
        finally:
            # Otherwise the package would not know whom to stop, if it was started anew meanwhile.
            handle.ensure_postgres_running()
            handle.cleanup()
