"""The tutorial works as it is written: each file, each command, each line of output."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "first-loop-job.md"

FENCE = re.compile(r"^```(?P<info>[^\n`]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')
INTERRUPT = "^C"
ANYTHING = "..."

# What differs from run to run, and what is compared instead.
VOLATILE = (
    (re.compile(r"\brun [0-9a-f]{12}-"), "run <process>-"),
    (re.compile(r"\b\d+\.\d+ ?s\b"), "<seconds>"),
)

# Goes on where the command before ended: in its directory, with its exit code.
SHELL = """
cd "$1" && (exit "$2")
{line}
status=$?
pwd -P >"$3"
exit "$status"
"""


@dataclass(frozen=True)
class File:
    """A fence with a title."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A line after a dollar sign, and the lines below it."""

    line: str
    output: Sequence[str]
    is_interrupted: bool


def steps(page: str) -> Iterator[File | Command]:
    """Return what the page tells its reader to do, in order."""
    for fence in FENCE.finditer(page):
        title = TITLE.search(fence["info"])
        if title is not None:
            yield File(title[1], fence["text"])
        elif fence["info"] == "console":
            yield from commands(fence["text"])
        else:
            raise ValueError(f"neither a file nor a console: {fence['info']}")


def commands(text: str) -> Iterator[Command]:
    """Return the commands of a console."""
    for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, *output = block.splitlines()
        shown = [comparable(each) for each in output if each != INTERRUPT]
        yield Command(line, shown, INTERRUPT in output)


def comparable(line: str) -> str:
    """Return the line with all that differs from run to run replaced."""
    for pattern, name in VOLATILE:
        line = pattern.sub(name, line)
    return line.rstrip()


def matches(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether that was printed; three dots on a line of their own stand for any lines."""
    if not shown:
        return not printed
    if shown[0] == ANYTHING:
        return any(matches(shown[1:], printed[n:]) for n in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and matches(shown[1:], printed[1:])


class Reader:
    """Does what a tutorial says, as a reader with a shell would."""

    def __init__(self, directory: Path) -> None:
        self._cwd = directory / "home"
        self._cwd.mkdir()
        self._cwd_file = directory / "cwd"
        self._exit_code = 0
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
        path = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
        # What other plugins are installed here is no matter of the tutorial, and slow to import.
        plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "pytest_asyncio.plugin"}
        self._environment = {**kept, **plugins, "PATH": path}

    def write(self, file: File) -> None:
        """Save a file as the page shows it."""
        (self._cwd / file.name).write_text(file.text, encoding="utf-8")

    def run(self, command: Command) -> list[str]:
        """Run a command to its end, or until it was interrupted; return what it printed."""
        with self._start(command.line) as process:
            try:
                printed = self._read(process, command)
                self._exit_code = process.wait()
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        self._cwd = Path(self._cwd_file.read_text(encoding="utf-8").strip())
        return printed

    def _start(self, line: str) -> "subprocess.Popen[str]":
        arguments = [str(self._cwd), str(self._exit_code), str(self._cwd_file)]
        return subprocess.Popen(
            ["/bin/bash", "-c", SHELL.format(line=line), "tutorial", *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _read(self, process: "subprocess.Popen[str]", command: Command) -> list[str]:
        assert process.stdout is not None
        if not command.is_interrupted:
            return [comparable(line) for line in process.stdout]
        printed = [comparable(process.stdout.readline()) for _ in command.output]
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        assert process.wait() == 0, "an interrupt ends the program in order"
        return printed


@pytest.mark.smoke
def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    """Each file is saved, each command is run, and each prints what the page shows."""
    reader = Reader(tmp_path)
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if isinstance(step, File):
            reader.write(step)
        else:
            printed = reader.run(step)
            assert matches(step.output, printed), (step.line, list(step.output), printed)


def test_dots_stand_for_any_lines_and_nothing_else_does() -> None:
    """What a page shows is compared line by line."""
    assert matches(["a", ANYTHING, "c"], ["a", "b", "b", "c"])
    assert matches([], [])
    assert not matches(["a"], ["a", "b"])
    assert not matches(["a", "b"], ["a"])


def test_run_ids_and_seconds_are_not_compared() -> None:
    """They differ from run to run; the number of the run does not."""
    shown, printed = "run 0123456789ab-1 took 0.001 s", "run ba9876543210-1 took 12.5s"
    assert comparable(shown) == comparable(printed) == "run <process>-1 took <seconds>"
