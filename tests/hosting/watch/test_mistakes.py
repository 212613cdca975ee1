"""Files that cannot be taken over, and directories and permissions that are lost for a while."""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopjobs import Host, HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock

Write = Callable[..., Path]
Lines = Callable[[int], list[str]]
Damage = Callable[[Path], object]

NOBODY = 65_534


def limit(host: Host) -> object:
    return host.jobs["sweep"].status().options.model_dump()["limit"]


def move(directory: Path, name: str) -> Path:
    return directory.rename(directory.with_name(name))


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Take away the right to look into a directory, also from root, who has every right."""
    mode, user = directory.stat().st_mode, os.geteuid()
    directory.chmod(0)
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        directory.chmod(mode)


def into_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def into_link_to_itself(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def into_link_to_nothing(file: Path) -> None:
    file.unlink()
    file.symlink_to("..data")


def into_half(file: Path) -> None:
    file.write_text('{"sweep": {"Lim', encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (into_half, "appsettings.json: line 1, column 12 is not JSON"),
        (into_directory, "appsettings.json: cannot be read: Is a directory"),
        (into_link_to_itself, "appsettings.json: cannot be read: Too many levels of symbolic"),
        (into_link_to_nothing, "appsettings.json: there is no such file"),
    ],
)
async def test_what_stays_bad_is_told_once_and_the_last_good_options_stay(
    damage: Damage, told: str, builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """One ERROR names the file and the mistake, five seconds after it was made at the latest."""
    file = write({"sweep": {"Limit": 5}})
    async with builder.build() as host:
        damage(file)
        await clock.advance(5)
        (line,) = lines(logging.ERROR)
        assert "the last good ones stay" in line
        assert told in line
        await clock.advance(120)
        assert len(lines(logging.ERROR)) == 1
        assert limit(host) == 5


async def test_each_bad_edit_is_told_and_so_is_the_end_of_it(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """Whoever edits gets an answer, even if it is the same one."""
    write({"sweep": {"Limit": 5}})
    async with builder.build():
        write({"sweep": {"Limit": "many"}})
        await clock.advance(60)
        write({"sweep": {"Limit": "many"}, "Other": {}})
        await clock.advance(60)
        assert ["sweep:Limit: " in line for line in lines(logging.ERROR)] == [True, True]
        write({"sweep": {"Limit": 5}})
        await clock.advance(60)
    assert lines(logging.INFO) == ["the settings are good again; nothing has changed"]


async def test_a_required_file_that_is_removed_is_missed(
    write: Write, clock: FakeClock, lines: Lines
) -> None:
    """Unlike an optional one it does not mean that its keys are gone."""

    async def sweep(ct: object) -> None:
        pass

    file = write({"sweep": {"IntervalInSeconds": 5}})
    builder = HostBuilder(settings_files=[file], clock=clock)
    async with builder.add_loop_job(sweep, LoopJobOptions).build() as host:
        file.unlink()
        await clock.advance(10)
        assert host.jobs["sweep"].status().options.interval_in_seconds == 5
    (line,) = lines(logging.ERROR)
    assert f"there is no such file: {file}" in line


async def test_a_directory_that_is_gone_for_a_while_takes_nothing_with_it(
    builder: HostBuilder, write: Write, directory: Path, clock: FakeClock, lines: Lines
) -> None:
    """As when a volume is unmounted: even an optional file does not count as removed."""
    write({"sweep": {"Limit": 5}})
    async with builder.build() as host:
        away = move(directory, "away")
        await clock.advance(10)
        assert limit(host) == 5
        (line,) = lines(logging.ERROR)
        assert f"appsettings.json: there is no such directory: {directory}" in line
        move(away, directory.name)
        await clock.advance(10)
        assert lines(logging.INFO) == ["the settings are good again; nothing has changed"]
        write({"sweep": {"Limit": 6}})
        await clock.advance(10)
        assert limit(host) == 6


async def test_a_directory_that_may_not_be_looked_into_takes_nothing_with_it(
    builder: HostBuilder, write: Write, directory: Path, clock: FakeClock, lines: Lines
) -> None:
    """The same with its permissions; what was edited meanwhile is read once they are back."""
    write({"sweep": {"Limit": 5}})
    async with builder.build() as host:
        with locked(directory):
            await clock.advance(10)
            assert limit(host) == 5
            (line,) = lines(logging.ERROR)
            assert "appsettings.json: cannot be read: Permission denied" in line
        write({"sweep": {"Limit": 6}})
        await clock.advance(10)
        assert limit(host) == 6


async def test_what_is_mended_without_an_edit_is_noticed(
    builder: HostBuilder,
    write: Write,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is bad is read again at each look."""
    write({"sweep": {"Limit": 5}})
    async with builder.build() as host:
        monkeypatch.setenv("sweep__IntervalInSeconds", "soon")
        write({"sweep": {"Limit": 6}})
        await clock.advance(10)
        assert limit(host) == 5
        monkeypatch.delenv("sweep__IntervalInSeconds")
        await clock.advance(2)
        assert limit(host) == 6
