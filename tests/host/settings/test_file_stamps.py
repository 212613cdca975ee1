"""What tells two states of a settings file apart."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loopjobs._host.settings.file_stamp import stamp_of

Write = Callable[..., Path]


def test_a_file_that_is_left_alone_keeps_its_stamp(write: Write) -> None:
    """Also if somebody reads it."""
    file = write({})
    before = stamp_of(file)
    file.read_bytes()
    assert stamp_of(file) == before


@pytest.mark.parametrize("changed", [{"size": 3}, {"second": 2}])
def test_an_edit_in_place_changes_it(changed: dict[str, int], write: Write) -> None:
    """By the size or by the time."""
    file = write("{}")
    os.utime(file, (1, 1))
    before = stamp_of(file)
    file.write_text("{}".ljust(changed.get("size", 2)), encoding="utf-8")
    os.utime(file, (1, changed.get("second", 1)))
    assert stamp_of(file) != before


def test_a_link_that_leads_elsewhere_changes_it(write: Write, directory: Path) -> None:
    """Even if inode, size and time are the same, as some network file systems have it."""
    one = write({}, "one")
    (directory / "two").hardlink_to(one)
    link = directory / "link"
    link.symlink_to("one")
    before = stamp_of(link)
    link.unlink()
    link.symlink_to("two")
    assert stamp_of(link) != before


@pytest.mark.parametrize(
    ("name", "error"), [("gone", errno.ENOENT), ("file/x", errno.ENOTDIR), ("a\0b", 0)]
)
def test_what_cannot_be_seen_has_a_stamp_that_says_why(
    name: str, error: int, write: Write, directory: Path
) -> None:
    """Nothing is raised."""
    write({}, "file")
    assert stamp_of(directory / name).error == error
