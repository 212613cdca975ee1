"""A host with real settings files, in a directory of its own that is the working directory."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, Options
from loopjobs.testing import EventRecorder, FakeClock

Write = Callable[..., Path]


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    limit: int = 1


class Mail(Options):
    password: str = ""


async def sweep(ct: CancellationToken) -> None:
    pass


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make an empty working directory; it is left before it may be gone."""
    directory = tmp_path / "app"
    directory.mkdir()
    monkeypatch.delenv("LOOPJOBS_ENVIRONMENT", raising=False)
    monkeypatch.chdir(directory)
    yield directory
    monkeypatch.undo()


@pytest.fixture
def write(directory: Path) -> Write:
    """Write a settings file in place: text as it is, anything else as JSON.

    Each time it is a second younger: the tests are quicker than the clocks of some file systems.
    """
    seconds = count(1_800_000_000)

    def write(content: object, name: str = "appsettings.json") -> Path:
        path = directory / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        second = next(seconds)
        os.utime(path, (second, second))
        return path

    return write


@pytest.fixture
def builder(directory: Path, clock: FakeClock, recorder: EventRecorder) -> HostBuilder:
    """Watch `appsettings.json` every two seconds, which is the default."""
    builder = HostBuilder(clock=clock).add_options(Mail, "Mail").add_listener(recorder)
    return builder.add_loop_job(sweep, SweepOptions)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[int], list[str]]:
    """Return what the host has logged at a level."""
    caplog.set_level(logging.INFO, "loopjobs.host")

    def lines(level: int) -> list[str]:
        return [
            record.getMessage()
            for record in caplog.records
            if record.name == "loopjobs.host" and record.levelno == level
        ]

    return lines
