"""Commands as processes, as a person or a service supervisor starts them."""

import gc
import importlib
import logging
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final, TextIO

_PATIENCE: Final = 120
"""Seconds that a process gets to end."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What the process is to do, and where."""

    entry: str
    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    stderr: Path | None


def preload(*modules: str) -> None:
    """Import these before the first command, and never again; called before any is started."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([*modules])


class RunningCommand:
    """A command that was started, both of its outputs in one pipe."""

    def __init__(self, process: ForkServerProcess, output: TextIO) -> None:
        self._process = process
        self._output = output
        self.lines: list[str] = []

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid or 0

    def read_until(self, pattern: str) -> str:
        """Read up to the first line with the pattern; return what its last group matches."""
        for line in self._output:
            self.lines.append(line)
            if match := re.search(pattern, line):
                return match[match.re.groups]
        raise AssertionError(f"no line with {pattern!r} in:\n{self.text}")

    def close_output(self) -> None:
        """Read no more, as `head` does."""
        self._output.close()

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal, if any, read the rest, and return the exit code."""
        if number is not None:
            os.kill(self.pid, number)
        # Without an end there is no end of its output either.
        patience = threading.Timer(_PATIENCE, self._process.kill)
        patience.start()
        try:
            if not self._output.closed:
                self.lines += self._output
            self._process.join()
        finally:
            patience.cancel()
        assert self._process.exitcode is not None, "it was joined"  # noqa: S101 - for tests
        return self._process.exitcode

    def kill(self) -> None:
        """End it as a power cut would: no handler runs, nothing is flushed."""
        self._process.kill()
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

    It is a process of its own, forked from one that imports once what `preload` was told: imports
    are most of what a start costs.

    Args:
        entry: the function to call, as in `login.cli:main`.
        folder: where it runs.
        arguments: what follows its name.
        environment: variables beside those of this process.
        stderr: takes its errors, instead of the pipe.
    """
    variables = {**os.environ, **(environment or {})}
    call = _Call(entry, arguments, folder, variables, stderr)
    context = multiprocessing.get_context("forkserver")
    reading, writing = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(call, writing))
    process.start()
    writing.close()
    with os.fdopen(os.dup(reading.fileno()), encoding="utf-8") as output:
        reading.close()
        try:
            yield RunningCommand(process, output)
        finally:
            process.kill()
            process.join()
            process.close()


def _run(call: _Call, output: Connection) -> None:
    """Become the command."""
    # What was imported stays; a collection that went through it would have it copied, page by page.
    gc.freeze()
    os.chdir(call.folder)
    os.environ.clear()
    os.environ.update(call.environment)
    os.dup2(output.fileno(), sys.stdout.fileno())
    output.close()
    if call.stderr is None:
        os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    else:
        with call.stderr.open("w") as errors:
            os.dup2(errors.fileno(), sys.stderr.fileno())
    module, _, function = call.entry.partition(":")
    sys.argv = [module, *call.arguments]
    try:
        getattr(importlib.import_module(module), function)()
    finally:
        # A process of this kind ends without calling what was registered for its end.
        logging.shutdown()
