"""The command as a process: signals, pipes, exit codes."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import WriteApp

pytestmark = pytest.mark.smoke

PATIENCE = 40

_JOBS = """
import asyncio
from loopjobs import SystemClock

class Hasty(SystemClock):
    def monotonic(self):
        return 50 * super().monotonic()

    async def sleep(self, seconds):
        await super().sleep(seconds / 50)

    def call_between(self, earliest, latest, callback):
        delay = max(0, latest - self.monotonic()) / 50
        return asyncio.get_running_loop().call_later(delay, callback)

async def patient(ct):
    print("began", flush=True)
    await ct.wait()
    print("asked", flush=True)
    if stubborn:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                print("refused", flush=True)
    current_run().report(tidied=1)
    ct.raise_if_cancellation_requested()

stubborn = False

def build():
    return HostBuilder(settings_files=(), clock=Hasty()).add_loop_job(patient, SweepOptions)

def build_stubborn():
    global stubborn
    stubborn = True
    return build()
"""


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the command; nothing of it outlives the block."""
    line: Sequence[str] = (sys.executable, "-m", "loopjobs", *arguments)
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: "subprocess.Popen[str]") -> str:
    """Return what the process prints next."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_run_ends_in_order_by_sigterm(write_app: WriteApp, tmp_path: Path) -> None:
    """Code 0; the run in progress was asked to end; no table where there is no terminal."""
    app = write_app(_JOBS)
    with running(tmp_path, "run", app) as process:
        assert next_line(process) == "began"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, "asked\n")
    assert "INFO     loopjobs: patient: run " in err
    assert "\x1b" not in err


def test_an_interrupt_ends_a_single_run_in_order(write_app: WriteApp, tmp_path: Path) -> None:
    """Code 4, and the result is told; no traceback."""
    app = write_app(_JOBS)
    with running(tmp_path, "run-once", app, "patient") as process:
        assert next_line(process) == "began"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert out.startswith("asked\npatient: cancelled after ")
    assert out.endswith(", tidied=1\n") or "tidied=1: " in out
    assert err == ""


def test_a_run_that_will_not_end_is_left(write_app: WriteApp, tmp_path: Path) -> None:
    """Code 4 as well: the process does not wait for what was abandoned."""
    write_app(_JOBS)
    with running(tmp_path, "run-once", "app_of_test:build_stubborn", "patient") as process:
        assert next_line(process) == "began"
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert "patient: abandoned after " in out


def test_a_closed_pipe_is_no_error(app: str, tmp_path: Path) -> None:
    """`loopjobs list | head -1`: silence, and the code that SIGPIPE gives."""
    with running(tmp_path, "list", app, "--json") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        code = process.wait(PATIENCE)
    assert (code, err) == (141, "")
