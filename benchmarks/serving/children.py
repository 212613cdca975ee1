"""Processes that serve a benchmark, each with a pipe to it."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Final

_PATIENCE_IN_SECONDS: Final = 60


@contextmanager
def child(target: Callable[..., None], *arguments: object) -> Iterator[tuple[Pipe, int]]:
    """Call a function in a process of its own during the block; gives a pipe to it, and its number.

    It is to end when the pipe is closed, as it is at the end of the block. After an exception, such
    as an interrupt, nobody waits for it.

    Args:
        target: gets the arguments and its end of the pipe.
        arguments: what can be pickled.
    """
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=_call, args=(target, arguments, theirs))
    process.start()
    theirs.close()
    try:
        yield ours, process.pid or 0
    except BaseException:
        process.kill()
        raise
    finally:
        ours.close()
        process.join(_PATIENCE_IN_SECONDS)
        process.kill()
        process.join()
        process.close()


def _call(target: Callable[..., None], arguments: tuple[object, ...], pipe: Pipe) -> None:
    # Whoever interrupts the benchmark means the benchmark, which ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target(*arguments, pipe)
