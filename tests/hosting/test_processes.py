"""Real processes: exit codes, signals, and what people see on stderr."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.smoke

PATIENCE = 120
"""Seconds; a machine may be busy. A test that needs them has failed."""

PRELUDE = """
import asyncio, signal, sys, threading
from loopjobs import HostBuilder, LoopJobOptions

# A shell that runs the tests in the background lets its children ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)

def builder(*jobs, services=(), **host):
    settings = {job.__name__: {"IntervalInSeconds": 3600} for job in jobs}
    builder = HostBuilder(settings_files=(), settings={**settings, "Host": host})
    for service in services:
        builder.add_hosted_service(service)
    for job in jobs:
        builder.add_loop_job(job, LoopJobOptions)
    return builder

def say(text):
    print(text, flush=True)
"""

Run = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start a program; nothing of it outlives the test."""
    processes = []

    def run(program: str) -> "subprocess.Popen[str]":
        script = tmp_path / "program.py"
        script.write_text(PRELUDE + dedent(program), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        with process:
            process.kill()


def line(process: "subprocess.Popen[str]") -> str:
    """Wait for the next line that the program says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> tuple[int, list[str], str]:
    """Wait for the end; return exit code, the lines not read yet, and what is on stderr."""
    said, complained = process.communicate(timeout=PATIENCE)
    return process.returncode, said.split("\n")[:-1], complained


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_and_ends_with_exit_code_0(run: Run, number: signal.Signals) -> None:
    """The run in progress finishes, and nothing is on stderr."""
    process = run("""
        async def job(ct):
            say("began")
            await ct.wait()
            await asyncio.sleep(0.01)
            say("finished")

        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        builder(job).run()
        assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        say("given back")
    """)
    assert line(process) == "began"
    process.send_signal(number)
    assert end(process) == (0, ["finished", "given back"], "")


def test_a_second_signal_cancels_what_is_still_running(run: Run) -> None:
    """Long before the budget of a day."""
    process = run("""
        async def job(ct):
            say("began")
            await ct.wait()
            say("asked")
            try:
                await asyncio.Event().wait()
            finally:
                say("cancelled")

        builder(job, ShutdownTimeoutInSeconds=86_400).run()
    """)
    assert line(process) == "began"
    process.send_signal(signal.SIGTERM)
    assert line(process) == "asked"
    process.send_signal(signal.SIGTERM)
    assert end(process) == (0, ["cancelled"], "")


def test_a_dead_loop_ends_the_process_with_its_error(run: Run) -> None:
    """A non-zero exit code, so that whoever supervises the process starts it again."""
    process = run("""
        async def job(ct):
            asyncio.get_running_loop().call_later(0.01, asyncio.current_task().cancel)

        async def other(ct):
            await ct.wait()
            say("stopped in good order")

        builder(job, other).run()
    """)
    code, said, complained = end(process)
    assert code == 1
    assert said == ["stopped in good order"]
    assert "LoopError: the loop of job was cancelled from outside the host" in complained


def test_a_service_that_does_not_start_ends_the_process_with_its_error(run: Run) -> None:
    """It is named, and the cause is told."""
    process = run("""
        class Database:
            async def start(self):
                raise OSError("port in use")

            async def stop(self):
                pass

        async def job(ct):
            pass

        builder(job, services=(Database(),)).run()
    """)
    code, _, complained = end(process)
    assert code == 1
    assert "StartError: service Database did not start: OSError: port in use" in complained


def test_bad_settings_end_the_process_with_exit_code_2_and_every_problem(run: Run) -> None:
    """They are the reader's mistakes, and a traceback through the library helps nobody."""
    process = run("""
        async def first(ct):
            pass

        async def second(ct):
            pass

        settings = {"first": {"IntervalInSeconds": -1}, "second": {"IntervalInSecond": 3}}
        builder = HostBuilder(settings_files=(), settings=settings)
        for job in (first, second):
            builder.add_loop_job(job, LoopJobOptions)
        builder.run()
    """)
    code, said, complained = end(process)
    assert (code, said) == (2, [])
    assert "first:IntervalInSeconds" in complained
    assert "second:IntervalInSecond" in complained
    assert "Traceback" not in complained


def test_a_thread_that_ignores_its_token_does_not_keep_the_process(run: Run) -> None:
    """It is reported by name after the grace, and the process ends over it."""
    process = run("""
        class Stubborn:
            def execute(self, ct):
                say("began")
                threading.Event().wait()

        builder(Stubborn, ShutdownTimeoutInSeconds=0).run()
        say("returned")
    """)
    assert line(process) == "began"
    process.send_signal(signal.SIGTERM)
    code, said, complained = end(process)
    assert (code, said) == (0, ["returned"])
    assert "Stubborn: run" in complained
    assert "abandoned" in complained


def test_a_coroutine_that_swallows_every_cancellation_does_not_keep_the_process(run: Run) -> None:
    """The event loop is closed over it, and Python has nothing to add about destroyed tasks."""
    process = run("""
        async def stubborn(ct):
            say("began")
            while True:
                try:
                    await asyncio.sleep(3600)
                except BaseException:
                    pass

        builder(stubborn, ShutdownTimeoutInSeconds=0).run()
        say("returned")
    """)
    assert line(process) == "began"
    process.send_signal(signal.SIGTERM)
    code, said, complained = end(process)
    assert (code, said) == (0, ["returned"])
    assert "abandoned" in complained
    assert "Task was destroyed" not in complained


def test_an_interrupt_of_asyncio_run_drains(run: Run) -> None:
    """`async with host` in a program of one's own is as clean as `run`.

    It looks up from its waiting now and then: `asyncio.run` misses an interrupt that comes just
    before a wait, until something else ends the wait.
    """
    process = run("""
        async def job(ct):
            say("began")
            await ct.wait()
            say("finished")

        async def main():
            async with builder(job).build():
                while True:
                    await asyncio.sleep(0.05)

        asyncio.run(main())
    """)
    assert line(process) == "began"
    process.send_signal(signal.SIGINT)
    code, said, complained = end(process)
    assert code != 0
    assert said == ["finished"]
    assert "KeyboardInterrupt" in complained
    assert "Task was destroyed" not in complained


def test_a_program_that_forgets_to_stop_ends_without_noise_from_asyncio(run: Run) -> None:
    """The loops go down with the event loop."""
    process = run("""
        async def waiting(ct):
            pass

        async def running(ct):
            say("began")
            await asyncio.Event().wait()

        class Thread:
            def execute(self, ct):
                ct.wait_blocking()

        async def main():
            await builder(waiting, running, Thread).build().start()
            await asyncio.sleep(0.01)

        asyncio.run(main())
        say("ended")
    """)
    code, said, complained = end(process)
    assert (code, said) == (0, ["began", "ended"])
    assert "Task was destroyed" not in complained
    assert "never retrieved" not in complained


def test_a_dead_loop_ends_the_web_server_it_lives_in(run: Run) -> None:
    """The server must not go on as if its jobs were at work."""
    pytest.importorskip("uvicorn")
    pytest.importorskip("fastapi")
    process = run("""
        import uvicorn
        from fastapi import FastAPI

        async def job(ct):
            asyncio.get_running_loop().call_later(0.2, asyncio.current_task().cancel)

        uvicorn.run(FastAPI(lifespan=builder(job).build().lifespan), port=0)
    """)
    code, _, complained = end(process)
    assert code != 0
    assert "LoopError: the loop of job was cancelled from outside the host" in complained
