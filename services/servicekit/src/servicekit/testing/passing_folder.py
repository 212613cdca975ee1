"""A folder for what no test needs a moment later: databases, and the server of some."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where Linux has it, with a new folder each time
_ROOM_IN_BYTES: Final = 2 * 2**30
"""What several test processes at once can do with; containers often have much less."""


@contextmanager
def passing_folder(name: str) -> Iterator[Path]:
    """Make a folder, in memory if there is room for it; it is removed at the end.

    Each test has a database of its own. That is gigabytes in a run, for a disk to write in vain.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"loopjobs-{name}-", dir=_memory()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _memory() -> Path | None:
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_IN_BYTES:
        return _MEMORY
    return None
