"""The directory of uploaded files."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.files.options import FilesOptions
from loopjobs.testing import FakeClock
from servicekit.faults import StoreUnavailableError


class BrokenFile:
    """Breaks in the middle."""

    def __init__(self) -> None:
        self._pieces = [b"half"]

    def read(self, _: int) -> bytes:
        if not self._pieces:
            raise ConnectionResetError
        return self._pieces.pop()


def names(directory: Path) -> list[str]:
    return [file.name for file in directory.iterdir()]


def rights_of_others(directory: Path) -> int:
    return directory.stat().st_mode & 0o077


def leave_behind(directory: Path) -> None:
    (directory / "folder").mkdir(parents=True)
    for name in ("0f.part", ".hidden", "a b"):
        (directory / name).touch()
        os.utime(directory / name, (0, 0))


async def content(files: DirectoryFileStore, key: str) -> bytes:
    return b"".join([piece async for piece in files.read(key)])


@pytest.mark.parametrize("body", [b"", b"x", b"x" * 200_000])
async def test_what_is_saved_can_be_read(files: DirectoryFileStore, body: bytes) -> None:
    """The directory is made when the first file comes; saving again replaces it."""
    await files.save("a.csv", BytesIO(b"before"))
    await files.save("a.csv", BytesIO(body))
    assert await content(files, "a.csv") == body


async def test_what_was_uploaded_is_for_its_owner_only(
    files: DirectoryFileStore, directory: Path
) -> None:
    """Whoever else works on the machine has no business with it."""
    await files.save("a.csv", BytesIO(b"x"))
    assert rights_of_others(directory) == 0


async def test_what_is_not_there_cannot_be_read_or_deleted(files: DirectoryFileStore) -> None:
    """Reading says so; deleting is content with it, also where there is no directory yet."""
    assert await files.delete("a.csv") is False
    assert await files.stored_before(FakeClock().now()) == []
    await files.save("a.csv", BytesIO(b"x"))
    deleted = [await files.delete("a.csv") for _ in range(2)]
    assert deleted == [True, False]
    with pytest.raises(FileNotFoundError):
        await content(files, "a.csv")


async def test_half_a_file_is_no_file(files: DirectoryFileStore, directory: Path) -> None:
    """What was there before stays, and nothing is left lying about."""
    await files.save("a.csv", BytesIO(b"before"))
    with pytest.raises(StoreUnavailableError):
        await files.save("a.csv", cast("BinaryIO", BrokenFile()))
    assert await content(files, "a.csv") == b"before"
    assert names(directory) == ["a.csv"]


async def test_files_are_listed_by_age(files: DirectoryFileStore, clock: FakeClock) -> None:
    """By the injected clock; the oldest first, and only what was stored before the instant."""
    for key in ("c", "a", "b"):
        await files.save(key, BytesIO(b"x"))
        await clock.advance(10)
    now = clock.now()
    ages = {age: await files.stored_before(now - timedelta(seconds=age)) for age in (30, 20, 0)}
    assert ages == {30: [], 20: ["c"], 0: ["c", "a", "b"]}


async def test_what_a_crash_left_is_listed_too(
    files: DirectoryFileStore, directory: Path, clock: FakeClock
) -> None:
    """So that whoever looks for orphans finds it; what nobody could name is not ours."""
    leave_behind(directory)
    assert await files.stored_before(clock.now()) == ["0f.part"]
    assert await files.delete("0f.part") is True


@pytest.mark.parametrize(
    "key", ["", ".", "..", "../a", "a/b", "/etc/passwd", ".a", "a\0", "x" * 81]
)
async def test_no_key_leads_out_of_the_directory(files: DirectoryFileStore, key: str) -> None:
    """Whatever is done with it."""
    with pytest.raises(ValueError, match="not a key"):
        await files.save(key, BytesIO(b""))
    with pytest.raises(ValueError, match="not a key"):
        await files.delete(key)
    with pytest.raises(ValueError, match="not a key"):
        await content(files, key)


@given(st.text(max_size=90))
async def test_a_key_names_a_file_in_the_directory_or_nothing(key: str) -> None:
    """Any text."""
    files = DirectoryFileStore(FilesOptions(directory=Path("/nowhere/at/all")), FakeClock())
    try:
        assert await files.delete(key) is False
    except ValueError:
        return
    assert Path("/nowhere/at/all", key).parent == Path("/nowhere/at/all")


async def test_a_directory_that_cannot_be_used_is_an_outage(
    tmp_path: Path, clock: FakeClock
) -> None:
    """In words that the endpoints understand."""
    (tmp_path / "file").touch()
    files = DirectoryFileStore(FilesOptions(directory=tmp_path / "file"), clock)
    with pytest.raises(StoreUnavailableError, match="directory of uploaded files"):
        await files.save("a", BytesIO(b"x"))
    with pytest.raises(StoreUnavailableError):
        await files.stored_before(clock.now())
