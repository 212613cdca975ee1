"""Files that are edited, replaced, created, removed or swapped while the host runs."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loopjobs import Host, HostBuilder, OptionsChanged
from loopjobs.testing import EventRecorder, FakeClock

Write = Callable[..., Path]
Lines = Callable[[int], list[str]]

PRODUCTION = "appsettings.Production.json"


def limit(host: Host) -> object:
    return host.jobs["sweep"].status().options.model_dump()["limit"]


async def test_an_edit_is_taken_over_once(
    builder: HostBuilder, write: Write, clock: FakeClock, recorder: EventRecorder, lines: Lines
) -> None:
    """It is noticed within an interval, and read half a second later; one line names the key."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        write({"sweep": {"Limit": 2}})
        await clock.advance(2.4)
        assert limit(host) == 1
        await clock.advance(0.1)
        assert limit(host) == 2
        await clock.advance(60)
    assert len(recorder.of(OptionsChanged)) == 1
    assert lines(logging.INFO) == ["settings taken over: sweep:Limit"]


async def test_an_edit_between_build_and_start_is_noticed(
    builder: HostBuilder, write: Write, clock: FakeClock
) -> None:
    """What counts is what was read, not what the watch saw first."""
    write({"sweep": {"Limit": 1}})
    host = builder.build()
    write({"sweep": {"Limit": 2}})
    async with host:
        await clock.advance(3)
        assert limit(host) == 2


async def test_a_file_that_an_editor_puts_in_place_of_the_old_one_is_read(
    builder: HostBuilder, write: Write, directory: Path, clock: FakeClock
) -> None:
    """Written beside and renamed over it; of the same size, and not even younger."""
    file = write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        draft = write({"sweep": {"Limit": 2}}, "draft")
        status = file.stat()
        os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
        draft.rename(file)
        await clock.advance(3)
        assert limit(host) == 2


async def test_a_variant_that_appears_and_goes_again_is_noticed(
    builder: HostBuilder, write: Write, clock: FakeClock
) -> None:
    """Without it, what is below counts again."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        variant = write({"sweep": {"Limit": 7}}, PRODUCTION)
        await clock.advance(3)
        assert limit(host) == 7
        variant.unlink()
        await clock.advance(3)
        assert limit(host) == 1


async def test_an_optional_file_may_come_and_go(
    builder: HostBuilder, write: Write, clock: FakeClock
) -> None:
    """A host can start without any file at all."""
    async with builder.build() as host:
        file = write({"sweep": {"Limit": 7}})
        await clock.advance(3)
        assert limit(host) == 7
        file.unlink()
        await clock.advance(3)
        assert limit(host) == 1


async def test_a_config_map_that_is_swapped_is_noticed(
    builder: HostBuilder, write: Write, directory: Path, clock: FakeClock
) -> None:
    """As the kubelet does it: `..data` is pointed elsewhere; files are alike but for a digit."""
    for version in ("..1", "..2"):
        (directory / version).mkdir()
        file = write({"sweep": {"Limit": int(version[2:])}}, f"{version}/appsettings.json")
        os.utime(file, (1, 1))
    (directory / "..data").symlink_to("..1")
    (directory / "appsettings.json").symlink_to("..data/appsettings.json")
    async with builder.build() as host:
        (directory / "..data_tmp").symlink_to("..2")
        (directory / "..data_tmp").rename(directory / "..data")
        (directory / "..1/appsettings.json").unlink()
        await clock.advance(3)
        assert limit(host) == 2


async def test_a_file_is_not_read_while_it_is_written(
    builder: HostBuilder, write: Write, clock: FakeClock, recorder: EventRecorder, lines: Lines
) -> None:
    """An editor that truncates first; the empty file is no mistake unless it stays."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        write("")
        await clock.advance(2)
        write('{"sweep": {"Lim')
        await clock.advance(0.5)
        write({"sweep": {"Limit": 2}})
        await clock.advance(0.5)
        assert limit(host) == 1
        await clock.advance(0.5)
        assert limit(host) == 2
    assert lines(logging.ERROR) == []
    assert len(recorder.of(OptionsChanged)) == 1


async def test_a_file_that_is_written_slowly_is_no_mistake(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """Half of it was read, and kept for oneself."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        write('{"sweep": {"Lim')
        await clock.advance(4)
        assert limit(host) == 1
        write({"sweep": {"Limit": 2}})
        await clock.advance(3)
        assert limit(host) == 2
    assert lines(logging.ERROR) == []


async def test_a_file_that_is_only_touched_is_not_announced(
    builder: HostBuilder, write: Write, clock: FakeClock, recorder: EventRecorder, lines: Lines
) -> None:
    """Equal options are the same options."""
    write({"sweep": {"Limit": 1}})
    async with builder.build():
        write({"sweep": {"Limit": 1}})
        await clock.advance(10)
    assert recorder.of(OptionsChanged) == []
    assert lines(logging.INFO) == []


async def test_a_reload_by_hand_is_not_repeated(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """The watch knows what was read, and what was told."""
    write({"sweep": {"Limit": 1}})
    async with builder.build() as host:
        write({"sweep": {"Limit": "many"}})
        assert len(await host.reload_settings()) == 1
        await clock.advance(60)
        write({"sweep": {"Limit": 2}})
        assert await host.reload_settings() == ()
        await clock.advance(60)
    assert len(lines(logging.ERROR)) == 1
    assert lines(logging.INFO) == ["settings taken over: sweep:Limit"]


async def test_a_line_names_what_has_changed_and_no_value(
    builder: HostBuilder, write: Write, clock: FakeClock, lines: Lines
) -> None:
    """Values may be secrets; the section of the host itself has to wait."""
    async with builder.build():
        write(
            {
                "sweep": {"Limit": 2, "JitterInSeconds": 1},
                "Mail": {"Password": "hunter2"},
                "Host": {"ShutdownTimeoutInSeconds": 5},
            }
        )
        await clock.advance(10)
    assert lines(logging.INFO) == [
        "settings taken over: sweep:JitterInSeconds, sweep:Limit, Mail:Password"
    ]
    assert lines(logging.WARNING) == [
        "changed, but read only at the next start: Host:ShutdownTimeoutInSeconds"
    ]


@pytest.mark.parametrize(("interval", "noticed"), [(0.1, 0.2), (2, 2.5), (60, 60.5)])
async def test_the_interval_is_an_option(
    builder: HostBuilder, write: Write, clock: FakeClock, interval: float, noticed: float
) -> None:
    """A short one also shortens the wait for the file to stand still."""
    section = {"SettingsReloadIntervalInSeconds": interval}
    write({"Host": section})
    async with builder.build() as host:
        write({"Host": section, "sweep": {"Limit": 2}})
        await clock.advance(noticed - 0.05)
        assert limit(host) == 1
        await clock.advance(0.05)
        assert limit(host) == 2


async def test_nothing_is_watched_if_the_interval_is_zero(
    builder: HostBuilder, write: Write, clock: FakeClock
) -> None:
    """A reload by hand still works."""
    section = {"SettingsReloadIntervalInSeconds": 0}
    write({"Host": section})
    async with builder.build() as host:
        write({"Host": section, "sweep": {"Limit": 2}})
        await clock.advance(3_600)
        assert limit(host) == 1
        await host.reload_settings()
        assert limit(host) == 2
