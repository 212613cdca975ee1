"""A host writes the log of its process as the section `Logging` says."""

import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions, SettingsError, StartError
from loopjobs.logs import LogLevel, LogOutput, add_logging
from loopjobs.logs._background import LONGEST_QUEUE
from loopjobs.testing import FakeClock

log = logging.getLogger("app.sync")
WAITS_WITHIN = 10.0


async def sync(ct: CancellationToken) -> None:
    log.info("syncing", extra={"size": 3})


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(autouse=True)
def _logging_is_given_back() -> Iterator[None]:
    """Fail a test after which logging is not as it was."""
    names = ("", "app.sync", "httpx", "loopjobs")
    before = [(logging.getLogger(name).level, logging.getLogger(name).handlers) for name in names]
    yield
    now = [(logging.getLogger(name).level, logging.getLogger(name).handlers) for name in names]
    assert now == before


def host_with(
    output: LogOutput,
    settings: Mapping[str, object] | None = None,
    files: tuple[Path, ...] = (),
) -> Host:
    builder = HostBuilder(settings_files=files, settings=settings, clock=FakeClock())
    add_logging(builder, output)
    return builder.add_loop_job(sync, LoopJobOptions, section_name="Sync").build()


SYNC = {"IntervalInSeconds": 3600, "InitialDelayInSeconds": 3600}


async def test_json_lines_are_a_setting(stream: io.StringIO) -> None:
    """What a job writes names its run; after the stop all lines are there."""
    settings = {"Logging": {"Format": "Json"}, "Sync": SYNC}
    async with host_with(LogOutput(stream=stream), settings) as host:
        record = await host.jobs["sync"].trigger()
    line = json.loads(stream.getvalue())
    assert (line["logger"], line["message"], line["size"]) == ("app.sync", "syncing", 3)
    assert (line["job"], line["run_id"]) == ("sync", record.run_id)


async def test_without_settings_lines_are_text_from_information_on(stream: io.StringIO) -> None:
    """Nothing of the time before and after the host."""
    host = host_with(LogOutput(stream=stream), {"Sync": SYNC})
    log.warning("before")
    async with host:
        log.debug("hidden")
        log.info("shown %s", "here")
    log.warning("after")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith("INFO     app.sync: shown here")


@pytest.mark.parametrize("level", ["Debug", "DEBUG", "debug"])
@pytest.mark.parametrize("quiet", ["Warning", "WARN", "warning"])
async def test_levels_are_set_by_logger(stream: io.StringIO, level: str, quiet: str) -> None:
    """In the words of .NET or of Python, in any case."""
    settings = {"Logging": {"Level": level, "Levels": {"httpx": quiet}}, "Sync": SYNC}
    async with host_with(LogOutput(stream=stream), settings):
        log.debug("shown")
        logging.getLogger("httpx").info("hidden")
        logging.getLogger("httpx").warning("shown too")
    lines = [line for line in stream.getvalue().splitlines() if "loopjobs" not in line]
    assert [line.rpartition(": ")[2] for line in lines] == ["shown", "shown too"]


async def test_a_program_may_decide(stream: io.StringIO) -> None:
    """Its level wins over the settings; its levels of loggers are for those they do not name."""
    settings = {"Logging": {"Level": "Error", "Levels": {"httpx": "Error"}}, "Sync": SYNC}
    levels = {"httpx": LogLevel.DEBUG, "app": LogLevel.WARNING}
    output = LogOutput(stream=stream, level=LogLevel.INFORMATION, levels=levels)
    async with host_with(output, settings):
        logging.getLogger("other").info("shown")
        log.info("hidden")
        logging.getLogger("httpx").warning("hidden")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith("shown")


async def test_a_change_of_the_settings_is_taken_over(stream: io.StringIO, tmp_path: Path) -> None:
    """Format and levels; a logger that is not named any more gets back what it had."""
    file = tmp_path / "settings.json"

    def write(**options: object) -> None:
        file.write_text(json.dumps({"Logging": options, "Sync": SYNC}))

    write(Level="Error", Levels={"app.sync": "Debug"})
    async with host_with(LogOutput(stream=stream), files=(file,)) as host:
        log.debug("first")
        write(Format="Json", Level="Warning")
        assert not await host.reload_settings()
        log.info("hidden")
        log.warning("second")
        write(Format="Xml")
        assert await host.reload_settings()
        log.warning("third")
    lines = [line for line in stream.getvalue().splitlines() if "loopjobs.host" not in line]
    # A line that waits to be written is written in the format that is then in force.
    assert len(lines) == 3
    assert "first" in lines[0]
    assert [json.loads(line)["message"] for line in lines[1:]] == ["second", "third"]


def test_mistakes_are_told_when_the_host_is_built(stream: io.StringIO) -> None:
    """With the words that there are."""
    with pytest.raises(SettingsError, match="Logging:Level") as caught:
        host_with(LogOutput(stream=stream), {"Logging": {"Level": "Loud"}, "Sync": SYNC})
    assert "Information" in str(caught.value)


async def test_the_text_is_made_where_it_is_logged(stream: io.StringIO) -> None:
    """Arguments may change afterwards; the traceback is kept."""
    changing = ["then"]
    async with host_with(LogOutput(stream=stream), {"Sync": SYNC}):
        try:
            int("x")
        except ValueError:
            log.exception("it was %s", changing)
        changing[0] = "now"
    first, *below = stream.getvalue().splitlines()
    assert "it was ['then']" in first
    assert below[-1].startswith("    ValueError: ")


class Pipe(io.StringIO):
    """Takes nothing until somebody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.is_written_to = threading.Event()
        self.is_read = threading.Event()
        self.is_drained = threading.Event()

    def write(self, text: str) -> int:
        self.is_written_to.set()
        assert self.is_read.wait(WAITS_WITHIN)
        if text.endswith(f": {LONGEST_QUEUE}\n"):
            self.is_drained.set()
        return super().write(text)


async def test_a_pipe_that_nobody_reads_holds_up_nobody(clock: FakeClock) -> None:
    """Lines wait; of too many the newest are lost, and counted when there is room again."""
    pipe = Pipe()
    async with host_with(LogOutput(stream=pipe), {"Sync": SYNC}):
        log.info("0")
        assert pipe.is_written_to.wait(WAITS_WITHIN)
        for number in range(1, LONGEST_QUEUE + 4):
            log.info("%d", number)
        pipe.is_read.set()
        assert pipe.is_drained.wait(WAITS_WITHIN)
        log.info("again")
    lines = pipe.getvalue().splitlines()
    assert len(lines) == LONGEST_QUEUE + 3
    assert "log lines are not written fast enough; lost: 3" in lines[-2]
    assert lines[-1].endswith("again")


async def test_a_pipe_that_is_never_read_does_not_keep_the_host_from_stopping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lines are lost; whoever writes one holds a lock that nobody must wait for."""
    monkeypatch.setattr("loopjobs.logs._background.FLUSHED_WITHIN_SECONDS", 0.01)
    pipe = Pipe()
    writers = set(threading.enumerate())
    async with host_with(LogOutput(stream=pipe), {"Sync": SYNC}):
        log.info("0")
        assert pipe.is_written_to.wait(WAITS_WITHIN)
        writers = set(threading.enumerate()) - writers
    assert all(writer.is_alive() for writer in writers)
    pipe.is_read.set()
    for writer in writers:
        writer.join(WAITS_WITHIN)


async def test_other_handlers_are_left_alone(
    stream: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    """A program may have its own beside it."""
    async with host_with(LogOutput(stream=stream), {"Sync": SYNC}):
        log.info("both")
    assert [record.getMessage() for record in caplog.records] == ["both"]


async def test_a_second_host_does_not_write_the_log_of_the_process_too(
    stream: io.StringIO,
) -> None:
    """Each line would be there twice; and of the first one nothing is taken away."""
    async with host_with(LogOutput(stream=stream), {"Sync": SYNC}):
        with pytest.raises(StartError, match="another host writes the log of this process"):
            await host_with(LogOutput(stream=stream), {"Sync": SYNC}).start()
        log.info("shown")
    assert stream.getvalue().count("app.sync: shown") == 1
    async with host_with(LogOutput(stream=stream), {"Sync": SYNC}):
        log.info("after it")
    assert "after it" in stream.getvalue()


async def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """As it is when the host starts."""
    async with host_with(LogOutput(), {"Sync": SYNC}):
        log.info("shown")
    assert "app.sync: shown" in capsys.readouterr().err


FORKING = """
import asyncio, logging, os
from loopjobs import HostBuilder
from loopjobs.logs import add_logging

async def main():
    async with add_logging(HostBuilder(settings_files=())).build():
        child = os.fork()
        if child == 0:
            logging.getLogger("app").warning("from the child")
            os._exit(0)
        os.waitpid(child, 0)

asyncio.run(main())
"""


@pytest.mark.smoke
@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_process_that_was_forked_writes_its_own_lines() -> None:
    """The thread stays with its parent."""
    command = [sys.executable, "-W", "ignore", "-c", FORKING]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert ended.stderr.count("from the child") == 1
