"""A handler that writes on a thread of its own, so that the event loop waits for no pipe."""

import copy
import logging
import os
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from typing import Final

from loopjobs import CurrentRun, current_run
from loopjobs.logs._record import text_of

LONGEST_QUEUE: Final = 10_000
"""Lines that wait to be written; with more the newest are lost, and counted."""
FLUSHED_WITHIN_SECONDS: Final = 5.0
"""How long the end waits for lines that are not written yet."""


class BackgroundHandler(QueueHandler):
    """Hands records over to a thread that lets another handler write them.

    Of a record nothing is lost on the way: fields and traceback are kept. What a job writes gets
    the fields `job` and `run_id` of its run.

    Args:
        target: Writes; closed with this one.
    """

    def __init__(self, target: logging.Handler) -> None:
        self._lines: SimpleQueue[object] = SimpleQueue()
        super().__init__(self._lines)
        self._target = target
        self._lost = 0
        self._process = os.getpid()
        self._thread: _Writing | None = _Writing(self._lines, target)
        self._thread.start()

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a copy whose text is made, for its arguments may change."""
        ready = copy.copy(record)
        ready.msg, ready.args = text_of(record), None
        run = _present_run()
        if run is not None:
            vars(ready).setdefault("job", run.job)
            vars(ready).setdefault("run_id", run.run_id)
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        """Hand the record over, if there is room."""
        if os.getpid() != self._process:
            # This one was forked: it has the queue, but not the thread.
            self._target.handle(record)
            return
        if self._lines.qsize() >= LONGEST_QUEUE:
            self._lost += 1
            return
        if self._lost:
            self._lines.put(_line_about(self._lost))
            self._lost = 0
        self._lines.put(record)

    def close(self) -> None:
        """Write what is left, in bounded time, and end the thread. Idempotent."""
        thread, self._thread = self._thread, None
        # A thread that is still at it holds the lock that a flush would wait for.
        if thread is not None and thread.ends_within(FLUSHED_WITHIN_SECONDS):
            self._target.flush()
        super().close()


class _Writing(QueueListener):
    def __init__(self, lines: "SimpleQueue[object]", target: logging.Handler) -> None:
        super().__init__(lines, target)

    def ends_within(self, seconds: float) -> bool:
        """End when all is written, or leave a thread behind that nobody can help."""
        self.enqueue_sentinel()
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()


def _present_run() -> CurrentRun | None:
    try:
        return current_run()
    except LookupError:
        return None


def _line_about(lost: int) -> logging.LogRecord:
    fields = {
        "name": __name__,
        "levelno": logging.ERROR,
        "levelname": "ERROR",
        "msg": "log lines are not written fast enough; lost: %d",
        "args": (lost,),
        "lost": lost,
    }
    return logging.makeLogRecord(fields)
