"""Runs a coroutine on an event loop of its own, on uvloop if that is installed."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec

from loopjobs._host.signals import stop_signals


def run_on_new_loop(
    main: Callable[[], Coroutine[object, object, None]],
    on_signal: Callable[[], None],
    has_abandoned: Callable[[], bool],
) -> None:
    """Run `main` to its end and close the loop; meanwhile hear of SIGINT and SIGTERM.

    Closing normally awaits every task that is left. A run that was abandoned would not end, so
    with one the loop is closed over it. The signals are given back before that, so that whatever
    else does not end can still be interrupted.
    """
    runner = asyncio.Runner(loop_factory=_loop_factory())
    loop = runner.get_loop()
    try:
        with stop_signals(loop, on_signal):
            runner.run(main())
    finally:
        if has_abandoned():
            loop.set_exception_handler(lambda _loop, _context: None)
            loop.close()
        else:
            runner.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory
