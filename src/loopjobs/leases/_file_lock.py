"""A lock that the kernel keeps: it ends with its process, and not a moment before."""

import fcntl
import os
from pathlib import Path
from typing import Final

_OWNER_ONLY: Final = 0o600


class FileLock:
    """An exclusive `flock` on a file of its own.

    A process that is killed loses it at once; one that is stopped keeps it. Programs that it
    starts do not inherit it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, file: Path) -> "FileLock | None":
        """Take the lock, or return `None` if somebody has it.

        Raises:
            OSError: the file cannot be opened.
        """
        # Never deleted: whoever has it open would lock a file that nobody else sees.
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def free(self) -> None:
        """Give it back; a process that was forked meanwhile does not keep it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
