"""Commands as processes, as a person or a service supervisor starts them."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

_PATIENCE: Final = 30
"""Seconds that a process gets to end."""


class RunningCommand:
    """A command that was started, both of its outputs in one pipe."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []

    def read_until(self, pattern: str) -> str:
        """Read up to the first line with the pattern; return what its last group matches."""
        for line in self.process.stdout or ():
            self.lines.append(line)
            if match := re.search(pattern, line):
                return match[match.re.groups]
        raise AssertionError(f"no line with {pattern!r} in:\n{self.text}")

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal, if any, read the rest, and return the exit code."""
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=_PATIENCE)
        self.lines += rest.splitlines(keepends=True)
        return self.process.returncode

    def kill(self) -> None:
        """End it as a power cut would: no handler runs, nothing is flushed."""
        self.process.kill()
        self.end()

    @property
    def text(self) -> str:
        """All that was read so far."""
        return "".join(self.lines)


@contextmanager
def running_command(
    entry: str,
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    stderr: Path | None = None,
) -> Iterator[RunningCommand]:
    """Start a command in a folder; it is killed at the end, if it is still there.

    Args:
        entry: the function to call, as in `login.cli:main`.
        folder: where it runs.
        arguments: what follows its name.
        environment: variables beside those of this process.
        stderr: takes its errors, instead of the pipe.
    """
    module, _, function = entry.partition(":")
    program = f"from {module} import {function}; {function}()"
    command = [sys.executable, "-c", program, *arguments]
    with ExitStack() as stack:
        errors = stack.enter_context(stderr.open("w")) if stderr else subprocess.STDOUT
        process = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                text=True,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        )
        stack.callback(process.kill)
        yield RunningCommand(process)
