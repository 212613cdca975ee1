"""What tells two states of a file apart without reading it."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was at one moment; a file that was edited or replaced has another stamp."""

    path: str
    """Where it is looked for."""
    real_path: str = ""
    """Where all symbolic links lead to: a config map changes nothing else when it is swapped."""
    modified_at_in_nanoseconds: int = 0
    size: int = 0
    inode: int = 0
    error: int | None = None
    """The `errno` of the operating system if there is nothing to see, such as ENOENT."""


def stamp_of(path: Path) -> FileStamp:
    """Look at a file; one that is missing, or out of reach, has a stamp as well."""
    try:
        status = path.stat()
        real_path = os.path.realpath(path)
    except OSError as error:
        return FileStamp(str(path), error=error.errno)
    except ValueError:
        # No file can have such a name.
        return FileStamp(str(path), error=0)
    return FileStamp(str(path), real_path, status.st_mtime_ns, status.st_size, inode=status.st_ino)
