"""`loopjobs run-once`."""

import json
import sys

import pytest

from .conftest import Command, Terminal, WriteApp


def test_a_run_that_succeeds(command: Command, app: str) -> None:
    """Code 0, and one line with what it has reported."""
    ended = command("run-once", app, "Sweep")
    printed, result = ended.out.splitlines()
    assert (ended.code, printed, ended.err) == (0, "sweeping", "")
    assert result.startswith("Sweep: succeeded after ")
    assert result.endswith(" ms, swept=3")


def test_a_run_that_fails(command: Command, app: str) -> None:
    """Code 1; the error on one line, its traceback in the log, and no escape sequence anywhere."""
    ended = command("run-once", app, "spill")
    assert ended.code == 1
    assert ended.out.startswith("spill: failed after ")
    assert ended.out.endswith(": ValueError: all over\\x1b[31m the floor\n")
    assert "Traceback" in ended.err
    assert "\x1b" not in ended.out + ended.err


_JOBS = """
import asyncio

class Slow(SweepOptions):
    timeout_in_seconds: float = 0.001

async def slow(ct):
    await ct.sleep(60)


class Off(SweepOptions):
    enabled: bool = False

class Broken:
    async def start(self): raise OSError("port in use")
    async def stop(self): ...

async def late(ct): ...

def build():
    builder = HostBuilder(settings_files=()).add_loop_job(slow, Slow)
    builder.add_loop_job(spill, Off)
    builder.add_hosted_service(Broken())
    return builder.add_loop_job(late, SweepOptions)
"""


@pytest.mark.parametrize(
    ("job", "code", "words"),
    [
        ("slow", 3, "slow: timed_out after "),
        ("spill", 2, "loopjobs: job spill is disabled; set its option Enabled to true first."),
        ("late", 1, "loopjobs: service Broken did not start: OSError: port in use."),
        ("sluw", 2, "loopjobs: there is no job 'sluw'. Did you mean slow?"),
        ("x", 2, "loopjobs: there is no job 'x'. There are: slow, spill, late."),
    ],
)
def test_every_end_has_its_code(
    command: Command, write_app: WriteApp, job: str, code: int, words: str
) -> None:
    """Services registered before the job are started first, and only those."""
    ended = command("run-once", write_app(_JOBS), job)
    assert ended.code == code
    assert words in ended.out + ended.err


def test_json_is_one_document(command: Command, app: str) -> None:
    """What the job prints goes to standard error, where the log is."""
    ended = command("run-once", app, "Sweep", "--json")
    document = json.loads(ended.out)
    assert ended.code == 0
    assert ended.err == "sweeping\n"
    assert (document["job"], document["outcome"]) == ("Sweep", "succeeded")
    assert document["reported"] == {"swept": 3}


def test_a_failure_as_json(command: Command, app: str) -> None:
    """With the traceback, and the same code."""
    ended = command("run-once", app, "spill", "--json")
    document = json.loads(ended.out)
    assert (ended.code, document["outcome"]) == (1, "failed")
    assert "ValueError" in document["traceback"]


def test_too_many_names_are_a_mistake(command: Command, app: str) -> None:
    """Only one job is run."""
    ended = command("run-once", app, "Sweep", "spill")
    assert ended.code == 2
    assert "takes an APP and one JOB" in ended.err


def test_a_terminal_shows_the_run_in_progress(
    command: Command, write_app: WriteApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its counters so far and its age; the result is all that is left on standard output."""
    app = write_app("""
        import asyncio, sys

        async def count(ct):
            current_run().report(counted=41)
            while "counted=41" not in sys.__dict__["stderr"].getvalue():
                await asyncio.sleep(0)
            current_run().report(counted=1)

        def build():
            return HostBuilder(settings_files=()).add_loop_job(count, SweepOptions)
    """)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    ended = command("run-once", app, "count")
    assert ended.code == 0
    assert "count running" in terminal.getvalue()
    assert ended.out.endswith("counted=42\n")
