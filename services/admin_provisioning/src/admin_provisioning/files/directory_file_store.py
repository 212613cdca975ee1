"""Uploaded files in a directory."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from admin_provisioning.files.options import FilesOptions
from loopjobs import Clock
from servicekit.faults import StoreUnavailableError

# No separator and no leading dot: a key cannot lead out of the directory.
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)
_CHUNK: Final = 64 * 1024
_OWNER_ONLY: Final = 0o700


class DirectoryFileStore:
    """A `FileStore` on one directory, in which a file bears its key as its name.

    What a crash leaves half-written bears a name that is a key too, but nobody's: it is listed by
    `stored_before`, and whoever looks for orphans finds it.

    Args:
        options: where the directory is.
        clock: stamps the files.
    """

    def __init__(self, options: FilesOptions, clock: Clock) -> None:
        self._directory = options.directory
        self._clock = clock

    async def save(self, key: str, content: BinaryIO) -> None:
        """Keep what is read from here to the end of `content`: all of it, or nothing."""
        path, stamp = self._path(key), self._clock.now().timestamp()
        await asyncio.to_thread(_save, path, content, stamp)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """Give the content piece by piece."""
        path = self._path(key)
        with _faults_translated():
            file = await asyncio.to_thread(path.open, "rb")
            try:
                while piece := await asyncio.to_thread(file.read, _CHUNK):
                    yield piece
            finally:
                file.close()

    async def delete(self, key: str) -> bool:
        """Forget a file; returns whether there was one."""
        return await asyncio.to_thread(_delete, self._path(key))

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        """List the keys of files that were stored before an instant, the oldest first."""
        return await asyncio.to_thread(_stored_before, self._directory, instant.timestamp())

    def _path(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise ValueError("not a key of a file")
        return self._directory / key


def _save(path: Path, content: BinaryIO, stamp: float) -> None:
    half_written = path.with_name(f"{uuid4().hex}.part")
    with _faults_translated():
        path.parent.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        try:
            with half_written.open("xb") as file:
                shutil.copyfileobj(content, file, _CHUNK)
                file.flush()
                os.fsync(file.fileno())
            os.utime(half_written, (stamp, stamp))
            half_written.replace(path)
        except BaseException:
            half_written.unlink(missing_ok=True)
            raise
        _make_lasting(path.parent)


def _make_lasting(directory: Path) -> None:
    """Have the disk remember the names in a directory."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _delete(path: Path) -> bool:
    with _faults_translated(), suppress(FileNotFoundError):
        path.unlink()
        return True
    return False


def _stored_before(directory: Path, instant: float) -> list[str]:
    with _faults_translated(), suppress(FileNotFoundError):
        return [name for stamp, name in sorted(_stamps(directory)) if stamp < instant]
    return []


def _stamps(directory: Path) -> Iterator[tuple[float, str]]:
    with os.scandir(directory) as entries:
        for entry in entries:
            # A file may go while we look.
            with suppress(FileNotFoundError):
                if _KEY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_mtime, entry.name


@contextmanager
def _faults_translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreUnavailableError(
            f"the directory of uploaded files cannot serve now: {error.strerror or error}"
        ) from error
