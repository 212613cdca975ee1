"""A standby of a PostgreSQL that follows it asynchronously, and may take its place."""

import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from chaos.server import Server

_LOOK_EVERY: Final = 0.02
_OWNER_ONLY: Final = 0o700


class Standby:
    """It listens in its own folder until it takes the place of its primary.

    Args:
        primary: Whom it follows.
        folder: Its data.
    """

    def __init__(self, primary: Server, folder: Path) -> None:
        self._primary = primary
        url = primary.url.replace(str(primary.socket_file.parent), str(folder))
        self._server = replace(primary, url=url, data=folder)

    @classmethod
    def of(cls, primary: Server) -> Self:
        """Copy a server that runs, and start the copy as its standby."""
        folder = primary.data.with_name("standby")
        folder.mkdir(_OWNER_ONLY)
        if primary.system_user is not None:
            shutil.chown(folder, primary.system_user)
        command = [
            str(primary.programs / "pg_basebackup"), "--pgdata", str(folder), "--dbname",
            primary.conninfo, "--write-recovery-conf", "--checkpoint", "fast", "--no-sync",
        ]  # fmt: skip
        # As whoever the server runs as: what it writes is to be theirs.
        subprocess.run(command, check=True, user=primary.system_user)  # noqa: S603 - our own words
        standby = cls(primary, folder)
        # Copied with all the rest.
        standby._server.socket_lock_file.unlink()
        standby._server.start()
        return standby

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Ask it something."""
        return self._server.query(statement, *values)

    def await_caught_up(self) -> None:
        """Wait until it has what its primary has now."""
        ((position,),) = self._primary.query("SELECT pg_current_wal_lsn()::text")
        behind = "SELECT COALESCE(pg_last_wal_replay_lsn(), '0/0') < %s::pg_lsn"
        while self.query(behind, position) != [(False,)]:
            time.sleep(_LOOK_EVERY)

    def stop(self) -> None:
        """Let it hear no more."""
        self._server.stop("fast")

    def promote(self) -> None:
        """Start it without its primary, and let it be one."""
        self._server.start()
        self._server.query("SELECT pg_promote()")

    def take_place(self) -> None:
        """Be what others find where the primary, which is gone, has been."""
        self._server.stop("fast")
        shutil.rmtree(self._primary.data)
        self._server.data.rename(self._primary.data)
        self._primary.start()
