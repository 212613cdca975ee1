"""Does several faults at once, each in a process of its own: they mostly wait."""

import gc
import multiprocessing
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, Self

from chaos.case import Case
from chaos.cluster import NothingCameError
from chaos.engines import ENGINES, Engine, blank_of
from chaos.fault import Stage
from chaos.figures import Figure
from loopjobs import SystemClock

PRELOADED: Final = ("loopjobs.leases", "loopjobs.leases._postgresql", "redis", "sqlalchemy")
"""Most of what a replica imports. They are forked from a process that has it; what is not installed
but on our own path cannot be imported there."""
_PROCESSES: Final = multiprocessing.get_context("forkserver")


class BrokenError(Exception):
    """A fault could not be done; the text is what was raised."""


@dataclass(frozen=True, slots=True)
class _Broken:
    trace: str


@dataclass(frozen=True, slots=True)
class _Performance:
    process: ForkServerProcess
    case: Case


class SideBySide:
    """Does cases, so many at once, in their order.

    Args:
        cases: All that will be asked for.
        jobs: How many at once.
        shared: A store for those that leave it alone; the others, and without it all, have one of
            their own.
        on_progress: Told of the repetitions of a case that are over.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        jobs: int,
        *,
        shared: Engine | None = None,
        on_progress: Callable[[Case, float], None] = lambda _case, _done: None,
    ) -> None:
        self._waiting = deque(cases)
        self._jobs = jobs
        self._shared = shared
        self._on_progress = on_progress
        self._running: dict[Connection, _Performance] = {}
        self._done: dict[Case, Sequence[Figure] | _Broken] = {}
        self._stack = ExitStack()
        self._blank: Path | None = None

    def __enter__(self) -> Self:
        """Begin with the first ones."""
        for case in self._waiting:
            if self._blank is None and (self._shared is None or case.needs_own_store):
                self._blank = self._stack.enter_context(blank_of(case.engine))
        self._fill()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what is still running."""
        for performance in self._running.values():
            performance.process.terminate()
        for connection in list(self._running):
            self._end(connection)
        self._stack.close()

    def figures(self, case: Case) -> Sequence[Figure]:
        """Wait until a case is done; return what came of it.

        Raises:
            BrokenError: it could not be done.
        """
        while case not in self._done:
            for connection in wait([*self._running]):
                self._hear(connection)  # type: ignore[arg-type] # what was waited for
            self._fill()
        outcome = self._done[case]
        if isinstance(outcome, _Broken):
            raise BrokenError(f"{case.title} in {case.engine}:\n{outcome.trace}")
        return outcome

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._jobs:
            case = self._waiting.popleft()
            ours, theirs = multiprocessing.Pipe(duplex=False)
            shared = None if case.needs_own_store else self._shared
            process = _PROCESSES.Process(target=_perform, args=(case, shared, self._blank, theirs))
            process.start()
            theirs.close()
            self._running[ours] = _Performance(process, case)

    def _hear(self, connection: Connection) -> None:
        case = self._running[connection].case
        try:
            said = connection.recv()
        except EOFError:
            said = _Broken("its process has ended")
        if isinstance(said, float):
            self._on_progress(case, said)
            return
        self._done[case] = said
        self._end(connection)

    def _end(self, connection: Connection) -> None:
        process = self._running.pop(connection).process
        connection.close()
        process.join()
        process.close()


def _perform(case: Case, shared: Engine | None, blank: Path | None, reports: Connection) -> None:
    signal.signal(signal.SIGTERM, _unwind)
    # Replicas are forked from here. Each would have what was imported copied, page by page, when it
    # looks for garbage in it.
    gc.freeze()
    try:
        with ExitStack() as stack:
            engine = shared or stack.enter_context(ENGINES[case.engine](blank))
            stage = Stage(
                engine,
                SystemClock(),
                lambda done: reports.send(float(done)),
                is_quick=case.is_quick,
            )
            figures = _figures(case, stage)
    except Exception:  # noqa: BLE001 - it is handed over, whatever it is
        reports.send(_Broken(traceback.format_exc()))
    else:
        reports.send(figures)


def _figures(case: Case, stage: Stage) -> Sequence[Figure]:
    try:
        return case.run(stage, case.title, case.times)
    except NothingCameError as error:
        what = "what it waits for comes"
        return [Figure(case.title, case.times, what, str(error), is_met=False)]


def _unwind(_number: int, _frame: FrameType | None) -> None:
    """End by way of all blocks: replicas and servers must not be left behind."""
    sys.exit(1)
