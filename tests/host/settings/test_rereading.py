"""Settings can be read again while running."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loopjobs import HostOptions
from loopjobs._host.settings import Bound, SettingsSources

Write = Callable[..., Path]


def timeout(bound: Bound[HostOptions]) -> float:
    assert bound.options is not None
    return bound.options.shutdown_timeout_in_seconds


def test_a_snapshot_stays_as_it_was_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Edits of files, variables and mappings reach the next snapshot, not this one."""
    write({"Host": {"ShutdownTimeoutInSeconds": 1}})
    code: dict[str, object] = {}
    sources = SettingsSources(settings_files=None, settings=code, environment=None)
    first = sources.read()
    write({"Host": {"ShutdownTimeoutInSeconds": 2}})
    second = sources.read()
    monkeypatch.setenv("Host__ShutdownTimeoutInSeconds", "3")
    third = sources.read()
    code["Host:ShutdownTimeoutInSeconds"] = 4
    fourth = sources.read()
    snapshots = [first, second, third, fourth]
    assert [timeout(s.bind(HostOptions, "Host")) for s in snapshots] == [1, 2, 3, 4]


def test_a_file_that_appears_or_breaks_is_noticed(write: Write) -> None:
    """Nothing is remembered of an earlier reading."""
    sources = SettingsSources(settings_files=None, settings=None, environment=None)
    assert timeout(sources.read().bind(HostOptions, "Host")) == 30
    write({"Host": {"ShutdownTimeoutInSeconds": 5}})
    assert timeout(sources.read().bind(HostOptions, "Host")) == 5
    write("{")
    assert len(sources.read().problems) == 1


def test_the_same_files_are_read_after_a_change_of_directory(
    write: Write, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working directory counts when the sources are named."""
    write({"Host": {"ShutdownTimeoutInSeconds": 5}})
    sources = SettingsSources(settings_files=None, settings=None, environment=None)
    (directory / "elsewhere").mkdir()
    monkeypatch.chdir(directory / "elsewhere")
    assert timeout(sources.read().bind(HostOptions, "Host")) == 5


def test_unchanged_sources_give_equal_snapshots(write: Write) -> None:
    """A reload can tell whether anything has changed at all."""
    write({"Host": {"ShutdownTimeoutInSeconds": 5}})
    sources = SettingsSources(settings_files=None, settings=None, environment=None)
    assert sources.read() == sources.read()
