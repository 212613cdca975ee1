"""The command, run in this process, and applications for it to be about."""

import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import httpx
import pytest

from loopjobs import Clock
from loopjobs.cli import main

PRELUDE = """
from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, current_run
from pydantic import SecretStr


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    api_key: SecretStr = SecretStr("hunter2")


class Sweep:
    \"\"\"Sweep the floor.

    Every corner of it.
    \"\"\"

    async def execute(self, ct: CancellationToken) -> None:
        print("sweeping")
        current_run().report(swept=3)


async def spill(ct: CancellationToken) -> None:
    \"\"\"Spill the milk.\"\"\"
    raise ValueError("all over\\x1b[31m the floor")


def build(settings_files=()):
    builder = HostBuilder(settings_files=settings_files)
    builder.add_loop_job(Sweep, SweepOptions, section_name="Sweeping")
    return builder.add_loop_job(spill, SweepOptions)
"""


@dataclass(frozen=True)
class Ended:
    """How a command has ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]
"""Takes what follows the name of the command."""
WriteApp = Callable[..., str]
"""Takes source that follows the prelude; returns how the function `build` in it is named."""


class Terminal(io.StringIO):
    """A terminal as far as a program can tell."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _process_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command has the process for itself; the tests share one."""
    for name in tuple(os.environ):
        if name.startswith("LOOPJOBS_") or name in {"FORCE_COLOR", "NO_COLOR", "COLUMNS"}:
            monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "path", [*sys.path])
    modules, root = set(sys.modules), logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    for name in set(sys.modules) - modules:
        if name.startswith(("loopjobs app ", "app_of_test")):
            del sys.modules[name]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the command as its process would, where nobody has configured logging yet."""

    def command(
        *arguments: str,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> Ended:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(logging.getLogger(), "handlers", [])
            with pytest.raises(SystemExit) as ended:
                main(arguments, clock=clock, transport=transport)
        code = ended.value.code
        out, err = capsys.readouterr()
        return Ended(code if isinstance(code, int) else 0 if code is None else 1, out, err)

    return command


@pytest.fixture
def write_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteApp:
    """Write an application into the current directory, which holds nothing else."""
    monkeypatch.chdir(tmp_path)

    def write_app(source: str = "", *, name: str = "app_of_test") -> str:
        (tmp_path / f"{name}.py").write_text(PRELUDE + dedent(source), encoding="utf-8")
        return f"{name}.py:build"

    return write_app


@pytest.fixture
def app(write_app: WriteApp) -> str:
    """An application with two jobs: one sweeps, one fails."""
    return write_app()
