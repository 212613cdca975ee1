"""A pooler that lends a connection for one transaction."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from chaos import judge
from chaos.cluster import NothingCameError
from chaos.fault import Stage
from chaos.faults.schedule import many_replicas
from chaos.figures import Figure, happened
from chaos.plan import LeftOut
from chaos.server import Server, through_port

_SETTINGS: Final = """
[databases]
* = host={folder} port={server_port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
"""
_REPLICAS: Final = 5
_INTERVAL: Final = 0.2
_BODY: Final = 0.5
_PATIENCE: Final = 10.0
_LOOK_EVERY: Final = 0.05
_READABLE: Final = 0o755


def pooled(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """Ten connections share two, and each statement may have another one."""
    program = _program()
    if program is None:
        return [_left_out(name)]
    with _pooler(program, stage.server) as url:
        return many_replicas(stage, name, times, url=url)


def pooled_locks(stage: Stage, name: str, times: int) -> Sequence[Figure]:
    """A lock of a session is a lock of whoever is lent the connection next."""
    program = _program()
    if program is None:
        return [_left_out(name)]
    with (
        _pooler(program, stage.server) as url,
        stage.cluster(interval=_INTERVAL, seconds=_BODY, left_out=LeftOut.ROW) as cluster,
    ):
        for _ in range(_REPLICAS):
            cluster.start(url=url)
        while (run := len(judge.starts(cluster.entries()))) < times:
            cluster.await_start(after=stage.clock.monotonic())
            stage.advance(len(judge.starts(cluster.entries())) - run)
        beside = judge.overlaps(cluster.entries())
    return [happened(name, run, "runs beside another", beside, 1)]


def _program() -> str | None:
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


def _left_out(name: str) -> Figure:
    return Figure(name, 0, "pgbouncer installed", "left out", is_met=None)


@contextmanager
def _pooler(program: str, server: Server) -> Iterator[str]:
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(
            _SETTINGS.format(
                folder=server.socket_file.parent,
                server_port=server.port,
                port=port,
                user=make_url(server.url).username,
            )
        )
        Path(folder).chmod(_READABLE)
        process = subprocess.Popen(  # noqa: S603 - our own words alone
            # As whoever the server runs as: it refuses to be run by root.
            [program, "--quiet", str(settings)],
            user=server.system_user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_listener(port)
            yield through_port(server.url, port)
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _await_listener(port: int) -> None:
    for _ in range(round(_PATIENCE / _LOOK_EVERY)):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(_LOOK_EVERY)
        else:
            return
    raise NothingCameError("pgbouncer does not listen")
